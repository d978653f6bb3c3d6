//! TLS and authentication of a server, from files that are read again when they change.
//!
//! [`TlsFiles`] and [`WebConfig`] (Prometheus' `web-config` format) name the files, [`Reloaded`] keeps what was read from
//! them, [`TlsListener`] accepts connections with it, and [`BearerToken`] and [`require_basic_auth`] check requests.

mod basic_auth;
mod bearer_token;
mod handshake;
mod metrics;
mod reload;
mod tls_files;
mod web_config;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use basic_auth::require_basic_auth;
pub use bearer_token::BearerToken;
pub use handshake::TlsListener;
pub use metrics::SecurityMetrics;
pub use reload::{Files, Reloaded};
pub use tls_files::{ClientAuth, TlsConfig, TlsFiles, TlsVersion};
pub use web_config::{Web, WebConfig};

/// Why the files of a server's security are unusable. Files that are read again later stay in use as they were.
#[derive(Debug, Error)]
pub enum SecurityError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file has no usable content.
    #[error("{path}: expected {expected}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What the file must have.
        expected: &'static str,
    },
    /// A web-config file has an unknown key or an invalid value.
    #[error("{path}: {detail}")]
    WebConfig {
        /// The file.
        path: PathBuf,
        /// The key, and what is expected.
        detail: String,
    },
    /// The key does not belong to the certificate, or a certificate is invalid.
    #[error("the certificate, key or client CA is invalid: {0}")]
    Tls(#[from] rustls::Error),
    /// The client CAs cannot verify certificates.
    #[error("the client CA is invalid: {0}")]
    ClientCa(#[from] rustls::server::VerifierBuilderError),
}
