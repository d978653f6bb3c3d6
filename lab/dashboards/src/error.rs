//! The errors of this crate.

use std::path::{Path, PathBuf};

/// A dashboard uses a feature that this crate does not support. The message names the feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// Why a dashboard file could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or folder cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file is not JSON.
    #[error("{path}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// The cause, with its line.
        source: serde_json::Error,
    },
    /// A file holds JSON that is not a dashboard of the classic schema.
    #[error("{path}: {reason}")]
    Schema {
        /// The file.
        path: PathBuf,
        /// What the file holds instead.
        reason: &'static str,
    },
}

impl LoadError {
    /// The file or folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::File { path, .. } | Self::Json { path, .. } | Self::Schema { path, .. } => path,
        }
    }

    /// The cause, without the path.
    pub fn reason(&self) -> String {
        match self {
            Self::File { source, .. } => source.to_string(),
            Self::Json { source, .. } => format!("not JSON: {source}"),
            Self::Schema { reason, .. } => (*reason).to_owned(),
        }
    }
}
