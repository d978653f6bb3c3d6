//! The configuration file: TOML, with gobetween's key names where gobetween has the key.

mod discovery;
mod duration;
mod escaped;
mod healthcheck;
mod server;
mod settled;
mod static_backend;
mod statuses;
mod target;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use discovery::{Discovery, DiscoveryError, FailPolicy, Source, Transport};
pub use duration::{DurationError, GoDuration};
pub use escaped::{EscapeError, Escaped};
pub use healthcheck::{Check, Healthcheck, HealthcheckError, InitialStatus};
pub use server::{Bind, BindError, Defaults, EjectionLimits, Protocol, ProxyProtocol, Server};
pub use static_backend::{BackendOptions, StaticBackend};
pub use statuses::{StatusRanges, StatusRangesError};
pub use target::{Target, TargetError};

/// A configuration file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Whether the file may have no servers: such a file is often one that is being written.
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_empty: bool,
    /// Limits for servers that do not set their own.
    #[serde(default)]
    pub defaults: Defaults,
    /// The servers by name, with the defaults applied.
    #[serde(default)]
    pub servers: BTreeMap<String, Server>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Why a configuration file was rejected.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("{path}: cannot be read")]
    Read {
        /// Path of the file.
        path: String,
        /// The I/O error.
        source: io::Error,
    },
    /// The file is not a valid configuration.
    #[error("{path}:{error}")]
    Invalid {
        /// Path of the file.
        path: String,
        /// The violation and its line.
        error: ParseError,
    },
    /// The file has no servers, and does not say that it may have none.
    #[error("{0}: has no servers; to allow that, set `allow_empty = true`")]
    NoServers(String),
}

/// Why a text is not a valid configuration.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{line}: {message}")]
pub struct ParseError {
    /// Line of the key, value or section, from 1.
    pub line: usize,
    /// The violation, on one line.
    pub message: String,
}

impl File {
    /// Reads and validates a file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, a key or value is invalid, or it has no servers and does not set `allow_empty`.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Self::from_text(path, fs::read_to_string(path))
    }

    /// Reads and validates a file once it has stopped changing: editors empty a file before they write it.
    ///
    /// # Errors
    ///
    /// As [`File::read`], and if it is not a regular file or does not stop changing.
    pub async fn read_settled(path: &Path) -> Result<Self, FileError> {
        Self::from_text(path, settled::read(|| settled::read_regular(path)).await)
    }

    fn from_text(path: &Path, text: io::Result<String>) -> Result<Self, FileError> {
        let name = || path.display().to_string();
        let text = text.map_err(|source| FileError::Read { path: name(), source })?;
        let file = Self::parse(&text).map_err(|error| FileError::Invalid { path: name(), error })?;
        if file.servers.is_empty() && !file.allow_empty {
            return Err(FileError::NoServers(name()));
        }
        Ok(file)
    }

    /// Parses and validates the text of a file.
    ///
    /// # Errors
    ///
    /// If a key or value is invalid.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut file: Self = toml::from_str(text).map_err(|error| ParseError::new(text, &error))?;
        let defaults = file.defaults;
        for server in file.servers.values_mut() {
            *server = server.clone().with_defaults(&defaults);
        }
        Ok(file)
    }
}

impl ParseError {
    fn new(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        Self { line, message: error.message().split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

#[cfg(test)]
mod tests;
