//! How mail is sent, from checked settings.

use std::{fs, io};

use catalog::Service;
use clients::settings::Settings;
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::settings::{Refusals, RenderSettings, is_grafana_literal, port};

/// How mail is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// The server's host.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// The sender.
    pub from: String,
    /// The recipients, separated by commas.
    pub to: String,
    /// The account; empty for none.
    pub username: String,
    /// The account's password; empty for none.
    pub password: String,
    /// The CA certificates in PEM that the server's is checked with; empty for the well-known ones.
    pub ca: String,
}

/// The values of settings that are paths on the host, for messages: their files are secrets of the container.
#[derive(Clone, Debug, Default)]
pub struct SmtpFiles {
    /// `SMTP_PASSWORD_FILE`.
    password: String,
    /// `SMTP_CA_FILE`.
    ca: String,
}

impl SmtpFiles {
    /// `setting` returns the value of a setting, if it is set.
    pub fn of(setting: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| setting(name).unwrap_or_default();
        Self { password: value("SMTP_PASSWORD_FILE"), ca: value("SMTP_CA_FILE") }
    }
}

/// The encryption of an SMTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// None.
    Plain,
    /// `STARTTLS` on a plain connection.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// The port that SMTP servers reserve for TLS from the first byte.
const SMTPS_PORT: u16 = 465;
/// The port of the lab's own mailbox.
const MAILBOX_PORT: u16 = 1025;
/// Limits of RFC 1035, section 2.3.4.
const MAX_HOST_LENGTH: usize = 253;
const MAX_LABEL_LENGTH: usize = 63;

impl Smtp {
    /// Checks the SMTP settings. Returns `None` only if a setting is refused.
    pub fn new(
        common: &Settings,
        settings: &RenderSettings,
        files: &SmtpFiles,
        refusals: &mut Refusals,
    ) -> Option<Self> {
        let host = &common.smtp_host;
        if !is_host_name(host) {
            refusals.refuse(
                "SMTP_HOST",
                host,
                "expected the name or IPv4 address of a mail server, without a port",
            );
        }
        let port = port(&settings.smtp_port);
        if port.is_none() {
            refusals.refuse("SMTP_PORT", &settings.smtp_port, "expected a port, from 1 to 65535");
        }
        let tls = &settings.smtp_tls;
        if !["yes", "no"].contains(&tls.as_str()) {
            refusals.refuse("SMTP_TLS", tls, "expected yes or no");
        }
        if tls == "no" && port == Some(SMTPS_PORT) {
            refusals.refuse("SMTP_PORT", "465", "this port uses TLS from the first byte; set SMTP_TLS=yes");
        }
        let username = &settings.smtp_username;
        if host == Service::Maildev.name()
            && (port != Some(MAILBOX_PORT) || tls == "yes" || !username.is_empty())
        {
            let expected = "the lab's own mailbox has only port 1025, no TLS and no account; set your mail server's host";
            refusals.refuse("SMTP_HOST", host, expected);
        }
        if tls == "no" && !username.is_empty() {
            refusals.refuse(
                "SMTP_USERNAME",
                username,
                "its password would be sent unencrypted; set SMTP_TLS=yes",
            );
        }
        if !is_login(username) {
            refusals.refuse("SMTP_USERNAME", username, NO_LOGIN);
        }
        let password = password(settings, &files.password, refusals);
        let ca = ca(settings, &files.ca, refusals);
        if password.as_ref().is_some_and(|password| password.is_empty() != username.is_empty()) {
            let expected =
                "an account needs both SMTP_USERNAME and SMTP_PASSWORD_FILE, a file with its password";
            refusals.refuse("SMTP_USERNAME", username, expected);
        }
        if !is_address(&common.smtp_from) {
            let expected = "expected one address without a name, such as lookout@example.com";
            refusals.refuse("SMTP_FROM", &common.smtp_from, expected);
        }
        if !common.smtp_to.split(',').all(|address| is_address(address.trim())) {
            let expected = "expected addresses without names, separated by commas, such as you@example.com";
            refusals.refuse("SMTP_TO", &common.smtp_to, expected);
        }
        let encryption = match (tls.as_str(), port?) {
            ("yes", SMTPS_PORT) => Encryption::Tls,
            ("yes", _) => Encryption::StartTls,
            _ => Encryption::Plain,
        };
        Some(Self {
            host: host.clone(),
            port: port?,
            encryption,
            from: common.smtp_from.clone(),
            to: common.smtp_to.clone(),
            username: username.clone(),
            password: password?,
            ca: ca?,
        })
    }

    /// Whether the lab's own mailbox gets the mails.
    #[must_use]
    pub fn is_own_mailbox(&self) -> bool {
        self.host == Service::Maildev.name()
    }

    /// The recipients.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.split(',').map(str::trim)
    }
}

/// The content of the CA's file, empty without a file; `None` if it is refused.
fn ca(settings: &RenderSettings, file: &str, refusals: &mut Refusals) -> Option<String> {
    let text = match fs::read_to_string(&settings.smtp_ca) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            refusals.refuse("SMTP_CA_FILE", file, format!("the file cannot be read: {error}"));
            return None;
        }
    };
    let mut certificates = CertificateDer::pem_slice_iter(text.as_bytes()).peekable();
    let is_given = !file.is_empty() || !text.is_empty();
    if is_given && (certificates.peek().is_none() || certificates.any(|one| one.is_err())) {
        refusals.refuse("SMTP_CA_FILE", file, "expected a file with CA certificates in PEM");
        return None;
    }
    Some(text)
}

const NO_LOGIN: &str = "expected one line without spaces at its ends, control characters, ${, $__ and %(";

/// Whether Alertmanager and Grafana send the same text. Both trim it.
fn is_login(text: &str) -> bool {
    text.trim() == text && is_grafana_literal(text)
}

/// The content of the password's file, empty without a file; `None` if it is refused.
fn password(settings: &RenderSettings, file: &str, refusals: &mut Refusals) -> Option<String> {
    let mut refuse = |expected| {
        refusals.refuse("SMTP_PASSWORD_FILE", file, expected);
        None
    };
    let text = match fs::read_to_string(&settings.smtp_password) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return refuse("the file is not UTF-8 text".into());
        }
        Err(error) => return refuse(format!("the file cannot be read: {error}")),
    };
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() && !file.is_empty() {
        return refuse("the file is empty".into());
    }
    if !is_login(password) {
        return refuse(NO_LOGIN.into());
    }
    Some(password.to_owned())
}

/// Whether `text` is a host's name, or an IPv4 address.
fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_HOST_LENGTH && text.split('.').all(is_label)
}

/// Whether `text` is a mail address without a display name: a dot-atom of RFC 5322, section 3.2.3, and a host.
fn is_address(text: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c))
    };
    text.split_once('@').is_some_and(|(local, domain)| local.split('.').all(is_atom) && is_host_name(domain))
}
