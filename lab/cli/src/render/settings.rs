//! The settings that configuration depends on, and their check.

use std::{borrow::Cow, fmt, path::PathBuf};

use clap::Args;
use clients::settings::Settings;
use http::{Uri, uri::Authority};

use super::{
    published::Published,
    smtp::{Smtp, SmtpFiles},
};

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
    /// File with the CA certificates, in PEM, that the SMTP server's certificate is checked with; empty or missing for the
    /// well-known ones
    #[arg(long, value_name = "FILE", default_value = "/run/secrets/smtp-ca")]
    pub smtp_ca: PathBuf,
    /// Address of Grafana in the browser; empty if Grafana does not run
    #[arg(long, env = "GRAFANA_URL", default_value = "http://127.0.0.1:3000")]
    pub grafana_url: String,
    /// Password of Grafana's administrator, who may reload its configuration
    #[arg(long, env = "GRAFANA_ADMIN_PASSWORD", default_value = "lookout", hide_env_values = true)]
    pub grafana_admin_password: String,
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SettingError {
    setting: &'static str,
    value: String,
    expected: Cow<'static, str>,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.setting)?;
        for c in self.value.chars() {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        write!(f, ": {}", self.expected)
    }
}

/// The settings that were refused.
#[derive(Debug, Default)]
pub struct Refusals(Vec<SettingError>);

impl Refusals {
    /// Adds a setting, with what was expected as a clause.
    pub fn refuse(&mut self, setting: &'static str, value: &str, expected: impl Into<Cow<'static, str>>) {
        self.0.push(SettingError { setting, value: value.to_owned(), expected: expected.into() });
    }
}

/// Checks all settings. `setting` returns the value of a setting that has no flag, if it is set.
///
/// # Errors
///
/// Returns every setting that cannot be used.
pub fn check(
    common: &Settings,
    settings: &RenderSettings,
    setting: impl Fn(&str) -> Option<String>,
) -> Result<(Smtp, Published), Vec<SettingError>> {
    let mut refusals = Refusals::default();
    let files = SmtpFiles::of(&setting);
    let smtp = Smtp::new(common, settings, &files, &mut refusals);
    let host = common.smtp_host.as_str();
    if host == "localhost" || host.starts_with("127.") {
        let expected =
            "in a container, this is the container itself; set host.docker.internal for this machine";
        refusals.refuse("SMTP_HOST", host, expected);
    }
    let grafana_url = settings.grafana_url.trim_end_matches('/');
    if !grafana_url.is_empty() && !is_web_address(grafana_url) {
        refusals.refuse("GRAFANA_URL", grafana_url, "expected an address such as http://127.0.0.1:3000");
    }
    if !is_grafana_literal(&settings.grafana_admin_password) {
        let expected = "Grafana does not take control characters, ${, $__ and %( literally";
        refusals.refuse("GRAFANA_ADMIN_PASSWORD", "…", expected);
    }
    let hosts = setting("LAB_HOSTS").unwrap_or_default();
    if !hosts.is_empty() && !hosts.split(',').all(is_host_header) {
        let expected = "expected hosts separated by commas without spaces, such as lab.example:8000";
        refusals.refuse("LAB_HOSTS", &hosts, expected);
    }
    let outputs = setting("SINK_OUTPUTS").unwrap_or_else(|| "prometheus".into());
    if !outputs.split(',').all(|output| ["prometheus", "console", "console=families"].contains(&output)) {
        let expected = "expected prometheus, console or console=families, or several separated by commas";
        refusals.refuse("SINK_OUTPUTS", &outputs, expected);
    }
    let published = Published::new(common.tutorial, grafana_url, setting, &mut refusals);
    match smtp {
        Some(smtp) if refusals.0.is_empty() => Ok((smtp, published)),
        _ => Err(refusals.0),
    }
}

/// Parses a port, from 1 to 65535, without a sign or leading zeros.
pub(super) fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port: &u16| *port > 0 && port.to_string() == text)
}

/// Whether Grafana takes the value as it is: it expands variables in its settings.
pub(super) fn is_grafana_literal(value: &str) -> bool {
    !value.contains(char::is_control) && !["${", "$__", "%("].iter().any(|start| value.contains(start))
}

fn is_web_address(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(is_host)
            && uri.query().is_none()
    })
}

/// Whether the console accepts the text as a value of the `Host` header.
fn is_host_header(text: &str) -> bool {
    text.parse::<Authority>().is_ok_and(|authority| is_host(&authority))
}

/// Whether it is a name or an address, with or without a port.
fn is_host(authority: &Authority) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    !authority.host().is_empty() && authority.as_str().chars().all(is_part)
}
