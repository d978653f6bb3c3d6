//! Results of changes to the set of servers.

use std::io;

use thiserror::Error;

use crate::config::FileError;

/// Number of reloads by result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReloadCounts {
    /// Reloads that took effect.
    pub ok: u64,
    /// Reloads that were rejected.
    pub failed: u64,
}

/// Why a change was rejected. A rejected change has no effect.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// The configuration file cannot be read or is invalid.
    #[error(transparent)]
    File(#[from] FileError),
    /// A server's address cannot be resolved.
    #[error("servers.{server}: cannot resolve {address}")]
    Resolve {
        /// Name of the server.
        server: String,
        /// The address.
        address: String,
        /// The resolver's error.
        source: io::Error,
    },
    /// A server's address cannot be bound.
    #[error("servers.{server}: cannot listen on {address}")]
    Listen {
        /// Name of the server.
        server: String,
        /// The address.
        address: String,
        /// The I/O error.
        source: io::Error,
    },
    /// The name is taken.
    #[error("there is already a server {0}")]
    Exists(String),
    /// The balancer is shutting down.
    #[error("the balancer is shutting down")]
    ShuttingDown,
}
