//! The settings that configuration depends on, checked.

use std::{collections::BTreeMap, path::PathBuf};

use catalog::{Selection, Service, addresses};
use clap::Args;

/// Settings of `lab render` beside those of every subcommand.
#[derive(Args, Clone, Debug)]
pub struct RenderSettings {
    /// Folder of the sources: prometheus, alertmanager and grafana
    #[arg(long, value_name = "FOLDER", default_value = "/src")]
    pub source: PathBuf,
    /// Folder of the output, with a subfolder per reader
    #[arg(long, value_name = "FOLDER", default_value = "/out")]
    pub out: PathBuf,
    /// Port of the SMTP server
    #[arg(long, env = "SMTP_PORT", default_value = "1025", hide_env_values = true)]
    pub smtp_port: String,
    /// Whether the SMTP server uses TLS: yes or no
    #[arg(long, env = "SMTP_TLS", default_value = "no")]
    pub smtp_tls: String,
    /// Account on the SMTP server; empty for none
    #[arg(long, env = "SMTP_USERNAME", default_value = "")]
    pub smtp_username: String,
    /// File that contains the account's password
    #[arg(long, value_name = "FILE", default_value = "/run/secrets/smtp-password")]
    pub smtp_password: PathBuf,
    /// Address of Grafana in the browser; empty if Grafana does not run
    #[arg(long, env = "GRAFANA_URL", default_value = "http://127.0.0.1:3000")]
    pub grafana_url: String,
    /// Password of Grafana's administrator, who may reload its configuration
    #[arg(long, env = "GRAFANA_ADMIN_PASSWORD", default_value = "lookout", hide_env_values = true)]
    pub grafana_admin_password: String,
}

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

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}={value}: {expected}")]
pub struct SettingError {
    setting: &'static str,
    value: String,
    expected: &'static str,
}

/// The port that SMTP servers reserve for TLS from the first byte.
const SMTPS_PORT: u16 = 465;

impl Smtp {
    /// Checks the SMTP settings. `password` is the content of the password's file.
    ///
    /// # Errors
    ///
    /// Returns every setting that cannot be used.
    pub fn new(
        common: &clients::settings::Settings,
        settings: &RenderSettings,
        password: &str,
    ) -> Result<Self, Vec<SettingError>> {
        let mut errors = Vec::new();
        let mut refuse = |setting, value: &str, expected| {
            errors.push(SettingError { setting, value: value.to_owned(), expected });
        };
        let host = &common.smtp_host;
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || "@/:".contains(c)) {
            refuse("SMTP_HOST", host, "expected the name or address of a mail server, without a port");
        }
        let port = settings.smtp_port.parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            refuse("SMTP_PORT", &settings.smtp_port, "expected a port, from 1 to 65535");
        }
        let encryption = match settings.smtp_tls.as_str() {
            "yes" if port == Some(SMTPS_PORT) => Encryption::Tls,
            "yes" => Encryption::StartTls,
            "no" => Encryption::Plain,
            other => {
                refuse("SMTP_TLS", other, "expected yes or no");
                Encryption::Plain
            }
        };
        if settings.smtp_tls == "no" && port == Some(SMTPS_PORT) {
            refuse("SMTP_PORT", "465", "this port uses TLS from the first byte; set SMTP_TLS=yes");
        }
        let username = &settings.smtp_username;
        let password = password.trim_end_matches(['\r', '\n']);
        if settings.smtp_tls == "no" && !username.is_empty() {
            refuse("SMTP_USERNAME", username, "its password would be sent unencrypted; set SMTP_TLS=yes");
        }
        if username.is_empty() != password.is_empty() {
            let expected =
                "an account needs both SMTP_USERNAME and SMTP_PASSWORD_FILE, a file with its password";
            refuse("SMTP_USERNAME", username, expected);
        }
        for (setting, value) in [("SMTP_USERNAME", username.as_str()), ("SMTP_PASSWORD_FILE", password)] {
            if value.contains(|c: char| c.is_control()) {
                refuse(setting, "…", "expected one line without control characters");
            }
        }
        if !is_address(&common.smtp_from) {
            refuse("SMTP_FROM", &common.smtp_from, "expected one address, such as lookout@example.com");
        }
        if !common.smtp_to.split(',').all(|address| is_address(address.trim())) {
            let expected = "expected addresses separated by commas, such as you@example.com";
            refuse("SMTP_TO", &common.smtp_to, expected);
        }
        match port {
            Some(port) if errors.is_empty() => Ok(Self {
                host: host.clone(),
                port,
                encryption,
                from: common.smtp_from.clone(),
                to: common.smtp_to.clone(),
                username: username.clone(),
                password: password.to_owned(),
            }),
            _ => Err(errors),
        }
    }
}

/// Whether `text` is a mail address without a display name.
fn is_address(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.is_ascii()
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@<>,;:\"()[]\\".contains(c))
    };
    text.split_once('@').is_some_and(|(local, domain)| is_part(local) && is_part(domain))
}

/// The addresses that this lab publishes.
#[derive(Clone, Debug)]
pub struct Published {
    /// By default port.
    ports: BTreeMap<String, String>,
    selection: Selection,
    /// The base of links to dashboards.
    dashboards: String,
}

impl Published {
    /// `setting` returns the value of a setting, if it is set. Without `grafana_url`, links to Grafana's dashboards lead to
    /// the console's, which have the same paths.
    ///
    /// # Errors
    ///
    /// Returns every port that is none.
    pub fn new(
        selection: Selection,
        grafana_url: &str,
        setting: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<SettingError>> {
        let (mut ports, mut errors) = (BTreeMap::new(), Vec::new());
        for port in Service::ALL.iter().flat_map(|service| service.ports()) {
            let value = setting(port.setting).unwrap_or_else(|| port.default.to_string());
            if value.parse::<u16>().is_ok_and(|port| port > 0) {
                ports.insert(port.default.to_string(), value);
            } else {
                let expected = "expected a port, from 1 to 65535";
                errors.push(SettingError { setting: port.setting, value, expected });
            }
        }
        let mut published = Self { ports, selection, dashboards: grafana_url.to_owned() };
        if published.dashboards.is_empty() {
            published.dashboards = published.replace("http://127.0.0.1:8000");
        }
        if errors.is_empty() { Ok(published) } else { Err(errors) }
    }

    /// The selected tutorials.
    #[must_use]
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// The base of links to dashboards: Grafana's address or else the console's.
    #[must_use]
    pub fn dashboards(&self) -> &str {
        &self.dashboards
    }

    /// Replaces the default addresses in `text` by the published ones.
    #[must_use]
    pub fn replace(&self, text: &str) -> String {
        let address = |port: &str| self.ports.get(port).map(|port| format!("{}{port}", addresses::HOST));
        addresses::replace(text, address).into_owned()
    }
}
