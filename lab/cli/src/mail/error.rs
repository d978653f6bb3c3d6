//! Why a mail server did not take a mail, as one sentence that names the setting to change.

use std::{io, time::Duration};

use super::{certificate::Certificate, connection::Reply};

/// Why a server did not take a mail.
#[derive(Debug, thiserror::Error)]
#[error("{server}: {problem}")]
pub struct MailError {
    /// The server's host and port.
    pub server: String,
    /// The reason.
    pub problem: Problem,
}

/// What is wrong, as a clause without the server.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The host has no address.
    #[error("the name of SMTP_HOST has no address ({0})")]
    NameNotFound(String),
    /// No address accepts a connection.
    #[error("{}", refused(.0))]
    NotConnected(#[source] io::Error),
    /// The server did not react.
    #[error(
        "time-out: {step} took longer than {} s; a firewall may drop the packets, or SMTP_PORT is wrong",
        timeout.as_secs()
    )]
    TimedOut {
        /// What was waited for.
        step: &'static str,
        /// The timeout.
        timeout: Duration,
    },
    /// The server did not greet.
    #[error(
        "time-out: no greeting within {} s; the server may expect TLS from the first byte, which SMTP_PORT=465 with \
         SMTP_TLS=yes selects",
        .0.as_secs()
    )]
    NoGreeting(Duration),
    /// The server has closed the connection.
    #[error(
        "the server closed the connection; it may expect another kind of TLS (port 587: STARTTLS, 465: from the first byte)"
    )]
    Closed,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(#[source] io::Error),
    /// The peer does not use SMTP.
    #[error(
        "the server's answer is not SMTP: SMTP_PORT is another service's, or expects TLS from the first byte (465)"
    )]
    NotSmtp,
    /// The server refuses to work.
    #[error("the server is unavailable: {0}")]
    Unavailable(Reply),
    /// The peer answers TLS in plain text.
    #[error(
        "the server answers in plain text where TLS from the first byte is expected: SMTP_PORT=587 selects STARTTLS"
    )]
    PlainText,
    /// The server does not offer encryption.
    #[error(
        "the server offers no STARTTLS, which SMTP_TLS=yes requires on this port (465: TLS from the first byte)"
    )]
    NoStartTls,
    /// The certificate signs itself, and is not in the CA file.
    #[error("the server's certificate is self-signed: set SMTP_CA_FILE to a file with it, in PEM ({0})")]
    SelfSigned(Certificate),
    /// The certificate's issuer is unknown.
    #[error(
        "the server's certificate is from an unknown CA: set SMTP_CA_FILE to a file with the CA's, in PEM ({0})"
    )]
    UnknownCa(Certificate),
    /// The certificate is no longer valid.
    #[error("the server's certificate has expired ({0})")]
    Expired(Certificate),
    /// The certificate is not valid yet.
    #[error("the server's certificate is not valid yet; this machine's clock may be wrong ({0})")]
    NotYetValid(Certificate),
    /// The certificate is for another host.
    #[error("the server's certificate is for another host: set SMTP_HOST to one of its names ({0})")]
    WrongHost(Certificate),
    /// TLS failed.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// The server cannot log anybody in.
    #[error(
        "the server offers no login (AUTH) here: unset SMTP_USERNAME and SMTP_PASSWORD_FILE, or set another SMTP_PORT"
    )]
    NoLogin,
    /// The server offers only mechanisms that Alertmanager lacks.
    #[error("the server offers only the login {0}; Alertmanager supports CRAM-MD5, PLAIN and LOGIN")]
    NoMechanism(String),
    /// The server refuses the account.
    #[error(
        "the server refuses the login {mechanism} as {username}: check SMTP_USERNAME and SMTP_PASSWORD_FILE ({reply})"
    )]
    LoginRefused {
        /// The mechanism.
        mechanism: &'static str,
        /// The account.
        username: String,
        /// The server's reply.
        reply: Reply,
    },
    /// The server requires an account.
    #[error("the server requires a login: set SMTP_USERNAME and SMTP_PASSWORD_FILE ({0})")]
    LoginRequired(Reply),
    /// The server refuses the sender.
    #[error("the server refuses the sender SMTP_FROM={0} ({1})")]
    SenderRefused(String, Reply),
    /// The server refuses a recipient.
    #[error("the server refuses the recipient {0} of SMTP_TO ({1})")]
    RecipientRefused(String, Reply),
    /// The server refuses the message.
    #[error("the server refuses the message ({0})")]
    MessageRefused(Reply),
}

fn refused(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            "connection refused: no server listens there; check SMTP_HOST and SMTP_PORT".into()
        }
        _ => format!("no connection: {error}"),
    }
}

impl Problem {
    /// Whether the server has refused the account for good: another attempt with it can only lock it.
    pub fn is_refused_login(&self) -> bool {
        matches!(self, Self::LoginRefused { reply, .. } if reply.code() >= 500)
    }
}
