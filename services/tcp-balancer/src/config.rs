//! The configuration file: TOML, with gobetween's key names where gobetween has the key.

mod discovery;
mod duration;
mod escaped;
mod healthcheck;
mod server;
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
pub use statuses::{StatusRanges, StatusRangesError};
pub use target::{BackendOptions, StaticBackend, Target, TargetError};

/// A configuration file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Limits for servers that do not set their own.
    #[serde(default)]
    pub defaults: Defaults,
    /// The servers by name, with the defaults applied.
    #[serde(default)]
    pub servers: BTreeMap<String, Server>,
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
    /// If the file cannot be read, or a key or value is invalid.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| FileError::Read { path: name(), source })?;
        Self::parse(&text).map_err(|error| FileError::Invalid { path: name(), error })
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
