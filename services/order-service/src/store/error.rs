//! Why the store did not do it.

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
        /// As given.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file's tables are not this program's.
    #[error("--database: {path} cannot be brought up to date")]
    Migration {
        /// As given.
        path: PathBuf,
        /// What is in the way.
        source: Box<rusqlite_migration::Error>,
    },
    /// There can be no thread for a connection.
    #[error("a thread for the database")]
    Thread(#[source] io::Error),
}

/// Why an operation failed. Everyone in a turn gets the same.
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

    /// Whether it may go better later, without a change of the request or of the program: the disk is full, does not
    /// answer, or may not be written.
    pub(crate) fn is_passing(&self) -> bool {
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
