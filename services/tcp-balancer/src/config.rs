//! The configuration file: TOML, with gobetween's names where it has them.

mod discovery;
mod duration;
mod escaped;
mod healthcheck;
mod server;
mod target;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use discovery::{Discovery, FailPolicy, Source, Transport};
pub use duration::GoDuration;
pub use escaped::Escaped;
pub use healthcheck::{Check, Healthcheck, InitialStatus};
pub use server::{Bind, Defaults, Protocol, ProxyProtocol, ProxyVersion, Server};
pub use target::{Listed, Share, Target};

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Limits for servers that do not set their own.
    #[serde(default)]
    pub defaults: Defaults,
    /// The servers by name, their limits filled in.
    #[serde(default)]
    pub servers: BTreeMap<String, Server>,
}

/// Why a file cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("{path}: cannot be read")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is wrong.
    #[error("{path}:{line}: {message}")]
    Wrong {
        /// The file.
        path: String,
        /// The line of the key or value, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
}

impl File {
    /// Reads and checks a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or a key or value is wrong.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let name = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| FileError::Read { path: name(), source })?;
        Self::parse(&text).map_err(|Mistake { line, message }| FileError::Wrong {
            path: name(),
            line,
            message,
        })
    }

    fn parse(text: &str) -> Result<Self, Mistake> {
        let mut file: Self = toml::from_str(text).map_err(|error| Mistake::of(text, &error))?;
        let defaults = file.defaults;
        for server in file.servers.values_mut() {
            *server = server.clone().with_defaults(&defaults);
        }
        Ok(file)
    }
}

#[derive(Debug, PartialEq)]
struct Mistake {
    line: usize,
    message: String,
}

impl Mistake {
    fn of(text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        Self { line, message: error.message().split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

#[cfg(test)]
mod tests;
