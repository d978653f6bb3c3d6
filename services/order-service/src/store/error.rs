//! Errors of the store.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;
use thiserror::Error;
use tokio::sync::mpsc::error::TrySendError;

/// Why the store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// SQLite cannot use the file.
    #[error("--database: cannot open {path}")]
    File {
        /// The configured path.
        path: PathBuf,
        /// SQLite's error.
        source: rusqlite::Error,
    },
    /// The file's tables cannot be migrated.
    #[error("--database: cannot migrate {path}")]
    Migration {
        /// The configured path.
        path: PathBuf,
        /// The migration's error.
        source: Box<rusqlite_migration::Error>,
    },
    /// A connection's thread cannot be started.
    #[error("cannot start a thread for the database")]
    Thread(#[source] io::Error),
}

/// Why an operation failed. All calls of a batch get the same error.
#[derive(Clone, Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Sqlite(#[from] Arc<rusqlite::Error>),
    #[error("too many calls wait for the database")]
    Full,
    #[error("the database is closed")]
    Stopped,
}

impl Error {
    /// SQLite's extended result code.
    pub(super) fn sqlite_code(&self) -> Option<i32> {
        match self {
            Self::Sqlite(error) => error.sqlite_error().map(|error| error.extended_code),
            Self::Full | Self::Stopped => None,
        }
    }

    /// Whether a retry of the same request may succeed: the disk is full, busy or read-only.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::ReadOnly
                        | ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::CannotOpen
                        | ErrorCode::PermissionDenied
                        | ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::OutOfMemory
                )
            ),
            Self::Full | Self::Stopped => true,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl<T> From<TrySendError<T>> for Error {
    fn from(error: TrySendError<T>) -> Self {
        match error {
            TrySendError::Full(_) => Self::Full,
            TrySendError::Closed(_) => Self::Stopped,
        }
    }
}
