//! A small SMTP server: STARTTLS, TLS from the first byte, `AUTH`, and refusals. It keeps the mails that it accepts.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::certificates::CertificateFiles;

/// The encryption that a server offers.
#[derive(Clone, Debug, Default)]
pub enum SmtpTls {
    /// None.
    #[default]
    Plain,
    /// `STARTTLS`.
    StartTls(CertificateFiles),
    /// TLS from the first byte.
    Implicit(CertificateFiles),
}

/// The behaviour of a server. The default accepts every mail, without TLS or login.
#[derive(Clone, Debug, Default)]
pub struct SmtpSettings {
    /// The encryption.
    pub tls: SmtpTls,
    /// The mechanisms that `AUTH` offers once the connection is as encrypted as it can be; empty for no `AUTH`.
    pub auth: &'static str,
    /// The account and its password, without which no mail is accepted.
    pub account: Option<(&'static str, &'static str)>,
    /// A sender that is refused.
    pub refused_sender: Option<&'static str>,
    /// A recipient that is refused.
    pub refused_recipient: Option<&'static str>,
    /// Whether each message is refused.
    pub refuses_messages: bool,
    /// Whether it accepts connections and never writes.
    pub is_silent: bool,
}

/// A mail.
#[derive(Clone, Debug)]
pub struct AcceptedMail {
    /// The recipients.
    pub to: Vec<String>,
    /// The headers and the body, with LF as the end of lines.
    pub data: String,
}

/// A running server on 127.0.0.1. It stops on drop.
pub struct SmtpServer {
    port: u16,
    state: Arc<State>,
    _stop: DropGuard,
}

struct State {
    settings: SmtpSettings,
    acceptor: Option<TlsAcceptor>,
    mails: Mutex<Vec<AcceptedMail>>,
    refused_logins: Mutex<usize>,
}

impl std::fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpServer").field("port", &self.port).finish_non_exhaustive()
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl SmtpServer {
    /// Starts a server.
    ///
    /// # Panics
    /// If the certificate cannot be used.
    pub async fn start(settings: SmtpSettings) -> Self {
        let acceptor = match &settings.tls {
            SmtpTls::Plain => None,
            SmtpTls::StartTls(files) | SmtpTls::Implicit(files) => Some(acceptor(files)),
        };
        let state = State { settings, acceptor, mails: Mutex::default(), refused_logins: Mutex::default() };
        let (state, stop) = (Arc::new(state), CancellationToken::new());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, state.clone(), stop.clone())));
        Self { port, state, _stop: stop.drop_guard() }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The mails so far.
    ///
    /// # Panics
    /// If the server has panicked.
    #[must_use]
    pub fn mails(&self) -> Vec<AcceptedMail> {
        self.state.mails.lock().expect("not poisoned").clone()
    }

    /// The number of refused logins so far.
    ///
    /// # Panics
    /// If the server has panicked.
    #[must_use]
    pub fn refused_logins(&self) -> usize {
        *self.state.refused_logins.lock().expect("not poisoned")
    }
}

fn acceptor(files: &CertificateFiles) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(&files.cert).expect("readable").map(|one| one.expect("valid"));
    let key = PrivateKeyDer::from_pem_file(&files.key).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("supported")
        .with_no_client_auth()
        .with_single_cert(chain.collect(), key)
        .expect("a certificate of the key");
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(listener: TcpListener, state: Arc<State>, stop: CancellationToken) {
    while let Ok((stream, _)) = listener.accept().await {
        let session = serve(stream, state.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            // A client may leave at any time.
            let _ = session.await;
        }));
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) -> std::io::Result<()> {
    let implicit = matches!(state.settings.tls, SmtpTls::Implicit(_));
    if state.settings.is_silent {
        return std::future::pending().await;
    }
    let stream: Box<dyn Stream> = match &state.acceptor {
        Some(acceptor) if implicit => Box::new(acceptor.accept(stream).await?),
        _ => Box::new(stream),
    };
    let is_encrypted = implicit || state.acceptor.is_none();
    let mut session = Session { lines: BufReader::new(stream), state, is_encrypted, is_logged_in: false };
    session.reply("220 test ESMTP").await?;
    session.run().await
}

/// One connection.
struct Session {
    lines: BufReader<Box<dyn Stream>>,
    state: Arc<State>,
    /// As encrypted as the server can make it.
    is_encrypted: bool,
    is_logged_in: bool,
}

impl Session {
    async fn reply(&mut self, text: &str) -> std::io::Result<()> {
        self.lines.write_all(format!("{text}\r\n").as_bytes()).await?;
        self.lines.flush().await
    }

    async fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        if self.lines.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn run(mut self) -> std::io::Result<()> {
        let settings = self.state.settings.clone();
        let mut to = Vec::new();
        loop {
            let line = self.line().await?;
            let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let path = line.split_once('<').and_then(|(_, rest)| rest.split('>').next()).unwrap_or_default();
            let needs_login = settings.account.is_some() && !self.is_logged_in;
            match command.as_str() {
                "EHLO" => self.hello().await?,
                "STARTTLS" => {
                    self.reply("220 ready").await?;
                    let acceptor = self.state.acceptor.clone().expect("offered only with a certificate");
                    self.lines = BufReader::new(Box::new(acceptor.accept(self.lines.into_inner()).await?));
                    self.is_encrypted = true;
                }
                "AUTH" => self.login(&line).await?,
                "MAIL" if needs_login => self.reply("530 5.7.0 Authentication required").await?,
                "MAIL" if settings.refused_sender == Some(path) => self.reply("553 5.7.1 Not yours").await?,
                "RCPT" if settings.refused_recipient == Some(path) => {
                    self.reply("550 5.1.1 No such user").await?;
                }
                "RCPT" => {
                    to.push(path.to_owned());
                    self.reply("250 ok").await?;
                }
                "DATA" => {
                    self.reply("354 go on").await?;
                    let data = self.data().await?;
                    if settings.refuses_messages {
                        self.reply("554 5.7.1 Looks like spam").await?;
                        continue;
                    }
                    let mail = AcceptedMail { to: std::mem::take(&mut to), data };
                    self.state.mails.lock().expect("not poisoned").push(mail);
                    self.reply("250 2.0.0 queued as 1").await?;
                }
                "QUIT" => return self.reply("221 bye").await,
                _ => self.reply("250 ok").await?,
            }
        }
    }

    async fn hello(&mut self) -> std::io::Result<()> {
        let mut extensions = vec!["test".to_owned(), "8BITMIME".to_owned()];
        if !self.is_encrypted {
            extensions.push("STARTTLS".to_owned());
        } else if !self.state.settings.auth.is_empty() {
            extensions.push(format!("AUTH {}", self.state.settings.auth));
        }
        let last = extensions.pop().unwrap_or_default();
        for extension in extensions {
            self.reply(&format!("250-{extension}")).await?;
        }
        self.reply(&format!("250 {last}")).await
    }

    async fn data(&mut self) -> std::io::Result<String> {
        let mut data = String::new();
        loop {
            let line = self.line().await?;
            if line == "." {
                return Ok(data);
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push('\n');
        }
    }

    async fn login(&mut self, line: &str) -> std::io::Result<()> {
        let decode = |text: &str| {
            let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let given = if let Some(response) = line.strip_prefix("AUTH PLAIN ") {
            let response = decode(response);
            response
                .trim_start_matches('\0')
                .split_once('\0')
                .map(|(user, password)| (user.to_owned(), password.to_owned()))
        } else {
            self.reply("334 VXNlcm5hbWU6").await?;
            let user = self.line().await?;
            self.reply("334 UGFzc3dvcmQ6").await?;
            Some((decode(&user), decode(&self.line().await?)))
        };
        let expected =
            self.state.settings.account.map(|(user, password)| (user.to_owned(), password.to_owned()));
        self.is_logged_in = given == expected;
        if self.is_logged_in {
            return self.reply("235 2.7.0 ok").await;
        }
        *self.state.refused_logins.lock().expect("not poisoned") += 1;
        self.reply("535 5.7.8 Username and Password not accepted").await
    }
}
