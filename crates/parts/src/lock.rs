//! One run at a time that disturbs the lab: a lock that the kernel drops when its holder dies.
//!
//! The file lies in a volume that all runs of one lab share. It is never stale, so it is never removed.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Why this run may not start.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another run holds it.
    #[error("`{holder}` is running in this lab; try again when it has ended")]
    Held {
        /// What the other run wrote about itself.
        holder: String,
    },
    /// The file cannot be made or locked.
    #[error("{path}: {source}")]
    File {
        /// The lock's file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock in `folder` for `holder`, a command that the loser is told.
    pub fn take(folder: &Path, holder: &str) -> Result<Self, LockError> {
        let path = folder.join("lock");
        let fail = |source| LockError::File { path: path.display().to_string(), source };
        std::fs::create_dir_all(folder).map_err(fail)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(fail)?;
                return Err(LockError::Held { holder: holder.trim().to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(fail(source)),
        }
        file.set_len(0).map_err(fail)?;
        file.seek(SeekFrom::Start(0)).map_err(fail)?;
        writeln!(file, "{holder}").map_err(fail)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_told_who_runs_and_may_run_afterwards() {
        let folder = std::env::temp_dir().join(format!("lab-lock-{}", std::process::id()));
        let first = Lock::take(&folder, "make alert FAULT=errors").unwrap();
        let refused = Lock::take(&folder, "make check").unwrap_err();
        assert!(matches!(&refused, LockError::Held { holder } if holder == "make alert FAULT=errors"));
        drop(first);
        Lock::take(&folder, "make check").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
