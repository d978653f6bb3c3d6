//! A mail, sent as Alertmanager and Grafana send theirs, with each step of the dialogue reported.

pub mod certificate;
mod connection;
pub mod error;
mod login;
mod tls;

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use self::{
    connection::{Connection, Reply},
    error::{MailError, Problem},
};
use crate::render::smtp::{Encryption, Smtp};

/// Timeout for the host's addresses, and for the connection to one of them.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The name in `EHLO`, which is Alertmanager's `smtp_hello`.
const HELLO: &str = "lookout";

/// The last step of a dialogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The connection, TLS and the login.
    Login,
    /// The server's acceptance of a mail.
    Mail,
}

/// Sends a test mail, prints each step, and returns whether the server has accepted the mail.
pub async fn test(smtp: &Smtp) -> bool {
    println!("a test mail from {} to {}, through {}:{}", smtp.from, smtp.to, smtp.host, smtp.port);
    match deliver(smtp, Extent::Mail, &|line| println!("{line}")).await {
        Ok(()) => {
            println!("✓ {}:{} has accepted the mail to {}", smtp.host, smtp.port, smtp.to);
            true
        }
        Err(error) => {
            println!("✗ {error}");
            false
        }
    }
}

/// Tries the connection, TLS and the login, if the mailbox is not the lab's own. Prints a problem, and returns whether there
/// is none.
pub async fn warn(smtp: &Smtp) -> bool {
    if smtp.is_own_mailbox() {
        return true;
    }
    let result = deliver(smtp, Extent::Login, &|_| {}).await;
    if let Err(error) = &result {
        println!("Alerts cannot be mailed: {error}. `make mail` shows each step.");
    }
    result.is_ok()
}

/// Talks to the mail server. `print` gets a line for each step that has succeeded.
///
/// # Errors
///
/// Returns the first problem.
pub async fn deliver(smtp: &Smtp, extent: Extent, print: &dyn Fn(&str)) -> Result<(), MailError> {
    let step = |name: &str, text: &str| print(&format!("  {name:<13} {text}"));
    let dialogue = dialogue(smtp, extent, &step);
    dialogue.await.map_err(|problem| MailError { server: format!("{}:{}", smtp.host, smtp.port), problem })
}

async fn dialogue(smtp: &Smtp, extent: Extent, step: &dyn Fn(&str, &str)) -> Result<(), Problem> {
    let stream = connect(smtp, step).await?;
    let mut connection = Connection::new(stream);
    if smtp.encryption == Encryption::Tls {
        connection = secure(connection, smtp, "from the first byte", step).await?;
    }
    let greeting = connection.greeting().await?.expect(220, Problem::Unavailable)?;
    step("greeting", greeting.first());
    let mut extensions = hello(&mut connection).await?;
    if smtp.encryption == Encryption::StartTls {
        if !extensions.has("STARTTLS") {
            return Err(Problem::NoStartTls);
        }
        connection.command("STARTTLS").await?.expect(220, Problem::Unavailable)?;
        connection = secure(connection, smtp, "after STARTTLS", step).await?;
        extensions = hello(&mut connection).await?;
    } else if smtp.encryption == Encryption::Plain {
        step("TLS", "none");
    }
    if smtp.username.is_empty() {
        step("login", "none: SMTP_USERNAME is not set");
    } else {
        let mechanism = login::login(&mut connection, extensions.parameters("AUTH"), smtp).await?;
        step("login", &format!("{mechanism} as {}: accepted", smtp.username));
    }
    if extent == Extent::Mail {
        send(&mut connection, smtp, step).await?;
    }
    // The server has done its part: an error here has no effect.
    let _ = connection.command("QUIT").await;
    Ok(())
}

/// Connects to the first address that accepts. The failure is that of the last address that this machine has a route to: a
/// name may also have one of a family that the machine does not use.
async fn connect(smtp: &Smtp, step: &dyn Fn(&str, &str)) -> Result<TcpStream, Problem> {
    let lookup = timeout(CONNECT_TIMEOUT, lookup_host((smtp.host.as_str(), smtp.port))).await;
    let addresses: Vec<SocketAddr> = match lookup {
        Err(_) => return Err(Problem::TimedOut { step: "the lookup of its name", timeout: CONNECT_TIMEOUT }),
        Ok(Err(error)) => return Err(Problem::NameNotFound(error.to_string())),
        Ok(Ok(addresses)) => addresses.collect(),
    };
    let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    step("resolved", &format!("{} is {}", smtp.host, list.join(", ")));
    let mut failure = None;
    for address in addresses {
        let problem = match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                step("connected", &address.to_string());
                return Ok(stream);
            }
            Ok(Err(error)) if failure.is_some() && has_no_route(&error) => continue,
            Ok(Err(error)) => Problem::NotConnected(error),
            Err(_) => Problem::TimedOut { step: "the connection", timeout: CONNECT_TIMEOUT },
        };
        failure = Some(problem);
    }
    Err(failure.unwrap_or_else(|| Problem::NameNotFound("no address".into())))
}

/// Whether this machine has no address in the family of the address, or no route to it.
fn has_no_route(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::NetworkUnreachable)
}

async fn secure(
    connection: Connection,
    smtp: &Smtp,
    when: &str,
    step: &dyn Fn(&str, &str),
) -> Result<Connection, Problem> {
    let (connection, session) = tls::secure(connection, smtp).await?;
    step("TLS", &format!("{when}, {}", session.version));
    step("certificate", &session.certificate.to_string());
    Ok(connection)
}

async fn hello(connection: &mut Connection) -> Result<Reply, Problem> {
    connection.command(&format!("EHLO {HELLO}")).await?.expect(250, Problem::Unavailable)
}

async fn send(connection: &mut Connection, smtp: &Smtp, step: &dyn Fn(&str, &str)) -> Result<(), Problem> {
    let sender = connection.command(&format!("MAIL FROM:<{}>", smtp.from)).await?;
    sender.expect(250, |reply| match reply.code() {
        530 => Problem::LoginRequired(reply),
        _ => Problem::SenderRefused(smtp.from.clone(), reply),
    })?;
    for recipient in smtp.recipients() {
        let reply = connection.command(&format!("RCPT TO:<{recipient}>")).await?;
        reply.expect(25, |reply| match reply.code() {
            530 => Problem::LoginRequired(reply),
            _ => Problem::RecipientRefused(recipient.to_owned(), reply),
        })?;
        step("recipient", &format!("{recipient}: accepted"));
    }
    connection.command("DATA").await?.expect(354, Problem::MessageRefused)?;
    let accepted = connection.message(&message(smtp)).await?.expect(250, Problem::MessageRefused)?;
    step("message", &format!("accepted: {}", accepted.first()));
    Ok(())
}

/// A short mail, with a line of text per fact.
fn message(smtp: &Smtp) -> String {
    let now = SystemTime::now();
    let id = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    [
        format!("From: {}", smtp.from),
        format!("To: {}", smtp.recipients().collect::<Vec<_>>().join(", ")),
        "Subject: Lookout can send mail".to_owned(),
        format!("Date: {}", httpdate::fmt_http_date(now)),
        format!("Message-Id: <{id}@{HELLO}>"),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=UTF-8".to_owned(),
        String::new(),
        "This is the test mail of `make mail`.".to_owned(),
        "Alertmanager and Grafana send alerts with the same settings.".to_owned(),
        String::new(),
    ]
    .join("\r\n")
}
