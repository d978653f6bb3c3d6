//! TLS, users and headers of an HTTP server, in the format of Prometheus' `web-config` files.
//!
//! Supported keys: `tls_server_config` (`cert_file`, `key_file`, `client_auth_type`, `client_ca_file`, `min_version`,
//! `max_version`), `http_server_config` (`http2`, `headers`) and `basic_auth_users`. Any other key is refused by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::basic_auth::Users;
use super::{ClientAuth, Files, SecurityError, TlsConfig, TlsFiles, TlsVersion};

/// What a web-config file configures.
#[derive(Debug)]
pub struct Web {
    /// TLS, unless the server is in plain text.
    pub tls: Option<TlsConfig>,
    /// Headers of every response.
    pub(super) headers: HeaderMap,
    /// Users, if requests must be authenticated.
    pub(super) users: Option<Users>,
}

/// A web-config file.
#[derive(Debug, Clone)]
pub struct WebConfig {
    path: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tls_server_config: Option<TlsServerConfig>,
    #[serde(default)]
    http_server_config: HttpServerConfig,
    #[serde(default)]
    basic_auth_users: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsServerConfig {
    cert_file: PathBuf,
    key_file: PathBuf,
    #[serde(default)]
    client_auth_type: ClientAuthType,
    client_ca_file: Option<PathBuf>,
    #[serde(default = "tls12")]
    min_version: Version,
    #[serde(default = "tls13")]
    max_version: Version,
}

#[derive(Deserialize, Default)]
enum ClientAuthType {
    #[default]
    NoClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}

#[derive(Deserialize)]
enum Version {
    #[serde(rename = "TLS12")]
    Tls12,
    #[serde(rename = "TLS13")]
    Tls13,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HttpServerConfig {
    http2: bool,
    headers: BTreeMap<String, String>,
}

/// The headers that Prometheus allows in the file.
const HEADERS: [&str; 5] = [
    "Content-Security-Policy",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "X-XSS-Protection",
    "Strict-Transport-Security",
];

impl Default for HttpServerConfig {
    fn default() -> Self {
        Self { http2: true, headers: BTreeMap::new() }
    }
}

fn tls12() -> Version {
    Version::Tls12
}

fn tls13() -> Version {
    Version::Tls13
}

impl From<Version> for TlsVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::Tls12 => Self::Tls12,
            Version::Tls13 => Self::Tls13,
        }
    }
}

impl WebConfig {
    /// The file at `path`. Paths in it are relative to its folder.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Reads the file and those that it names.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is invalid.
    pub fn load(&self, files: &mut Files) -> Result<Web, SecurityError> {
        let content = files.read(&self.path)?;
        let text = String::from_utf8(content).map_err(|_| self.invalid("expected UTF-8"))?;
        let file = if text.trim().is_empty() { Ok(File::empty()) } else { serde_saphyr::from_str(&text) };
        let file: File = file.map_err(|error| self.invalid(error))?;
        let http2 = file.http_server_config.http2;
        let tls = match file.tls_server_config {
            Some(config) => Some(self.tls_files(config, http2)?.load(files)?),
            None => None,
        };
        let headers = self.headers(&file.http_server_config.headers)?;
        let users = Users::new(file.basic_auth_users).map_err(|user| {
            self.invalid(format_args!("basic_auth_users: the password of {user} must be a bcrypt hash"))
        })?;
        Ok(Web { tls, headers, users })
    }

    fn tls_files(&self, config: TlsServerConfig, http2: bool) -> Result<TlsFiles, SecurityError> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let ca = config.client_ca_file.map(|ca| folder.join(ca));
        let client_auth = match (config.client_auth_type, ca) {
            (ClientAuthType::NoClientCert, None) => ClientAuth::None,
            (ClientAuthType::VerifyClientCertIfGiven, Some(ca)) => ClientAuth::Optional(ca),
            (ClientAuthType::RequireAndVerifyClientCert, Some(ca)) => ClientAuth::Required(ca),
            (ClientAuthType::NoClientCert, Some(_)) => {
                return Err(self.invalid("client_ca_file needs a client_auth_type other than NoClientCert"));
            }
            (_, None) => return Err(self.invalid("client_auth_type needs client_ca_file")),
        };
        let (min_version, max_version) = (config.min_version.into(), config.max_version.into());
        if min_version > max_version {
            return Err(self.invalid("min_version is above max_version"));
        }
        let (cert, key) = (folder.join(config.cert_file), folder.join(config.key_file));
        Ok(TlsFiles { cert, key, client_auth, min_version, max_version, http2 })
    }

    fn headers(&self, headers: &BTreeMap<String, String>) -> Result<HeaderMap, SecurityError> {
        let header = |(name, value): (&String, &String)| {
            let known = HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
            let header = HeaderName::from_bytes(name.as_bytes()).ok().filter(|_| known);
            let header = header.ok_or_else(|| {
                self.invalid(format_args!("headers: unknown header {name}, expected one of {HEADERS:?}"))
            })?;
            let value = HeaderValue::from_str(value);
            Ok((header, value.map_err(|_| self.invalid(format_args!("headers: the value of {name}")))?))
        };
        headers.iter().filter(|(_, value)| !value.is_empty()).map(header).collect()
    }

    #[allow(clippy::needless_pass_by_value, reason = "literals and formatted arguments are passed")]
    fn invalid(&self, detail: impl ToString) -> SecurityError {
        SecurityError::WebConfig { path: self.path.clone(), detail: detail.to_string() }
    }
}

impl File {
    fn empty() -> Self {
        Self {
            tls_server_config: None,
            http_server_config: HttpServerConfig::default(),
            basic_auth_users: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Web, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("web.yml");
        std::fs::write(&path, text).expect("written");
        WebConfig::new(path).load(&mut Files::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_is_plain_text_without_users() {
        for text in ["", "\n", "{}"] {
            let web = load(text).expect("valid");
            assert!(web.tls.is_none() && web.users.is_none() && web.headers.is_empty());
        }
    }

    #[test]
    fn invalid_content_is_refused_by_name() {
        for (text, named) in [
            ("tls_config: {}", "tls_config"),
            ("tls_server_config: { cert_file: a, key_file: b, cipher_suites: [] }", "cipher_suites"),
            ("tls_server_config: { cert_file: a }", "key_file"),
            ("tls_server_config: { cert_file: a, key_file: b, min_version: TLS10 }", "TLS10"),
            (
                "tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireAnyClientCert }",
                "RequireAnyClientCert",
            ),
            (
                "tls_server_config: { cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert }",
                "client_ca_file",
            ),
            ("tls_server_config: { cert_file: a, key_file: b, client_ca_file: c }", "client_auth_type"),
            (
                "tls_server_config: { cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12 }",
                "min_version",
            ),
            ("tls_server_config: { cert_file: absent.pem, key_file: b }", "absent.pem"),
            ("basic_auth_users: { anna: plain }", "anna"),
            ("http_server_config: { http3: true }", "http3"),
            ("http_server_config: { headers: { X-Other: a } }", "X-Other"),
        ] {
            let error = load(text).map(|_| ()).expect_err(text);
            assert!(
                error.contains(named) && error.contains("web.yml") || named == "absent.pem",
                "{text}: {error}"
            );
        }
    }
}
