//! Opening the database.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use super::schema;

/// Bytes that the write-ahead log is truncated to after a checkpoint.
const LOG_BYTES: i64 = 16 << 20;
/// Timeout for acquiring the file's lock, which another process such as a backup may hold.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the writer's connection; creates the file and its tables.
pub(super) fn to_write(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .and_then(|()| connection.pragma_update(None, "journal_size_limit", LOG_BYTES))
        .map_err(|source| OpenError::File { path: path.into(), source })?;
    schema::MIGRATIONS
        .to_latest(&mut connection)
        .map_err(|source| OpenError::Migration { path: path.into(), source: Box::new(source) })?;
    Ok(connection)
}

/// Opens the reader's connection.
pub(super) fn to_read(path: &Path) -> Result<Connection, OpenError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(path: &Path, mode: OpenFlags) -> Result<Connection, OpenError> {
    // Each connection is used by one thread only.
    Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .and_then(|connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            // The database's folder may be the only writable one.
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            Ok(connection)
        })
        .map_err(|source| OpenError::File { path: path.into(), source })
}
