//! A lock that lets one process at a time inject faults into a lab.
//!
//! It is a lock on a file in a volume that all processes of a lab share. The kernel releases it when its holder exits, so it
//! cannot become stale, and the file is never removed.

use std::{
    fs::{File, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, SystemTime},
};

/// Maximum number of attempts to acquire the lock. One is not enough, because [`Lock::holder`] briefly holds the lock, too.
const ATTEMPTS: u32 = 5;
/// Delay between two attempts.
const RETRY_DELAY: Duration = Duration::from_millis(20);

/// Why the lock could not be acquired.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("`{holder}` is running in this lab; try again when it has ended")]
    Held {
        /// The name that the holder has set.
        holder: String,
    },
    /// The file cannot be created, written or locked.
    #[error("{path}: {source}")]
    File {
        /// The lock file.
        path: String,
        /// The cause.
        source: io::Error,
    },
}

/// A lock that a process holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The name that the holder has set.
    pub holder: String,
    /// When it acquired the lock, or last changed its name.
    pub since: SystemTime,
}

/// An acquired lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Acquires the lock in `folder`. `holder` is the name in the error that other processes get. Blocks for at most 100 ms.
    ///
    /// # Errors
    ///
    /// See [`LockError`].
    pub fn acquire(folder: &Path, holder: &str) -> Result<Self, LockError> {
        let path = folder.join("lock");
        let fail = |source| LockError::File { path: path.display().to_string(), source };
        std::fs::create_dir_all(folder).map_err(fail)?;
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(fail)?;
        // The command and the console run as different users. Only the file's owner may change its mode.
        let _ = file.set_permissions(Permissions::from_mode(0o666));
        for _ in 1..ATTEMPTS {
            if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(RETRY_DELAY);
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { holder: read_holder(&mut file).map_err(fail)? });
            }
            Err(TryLockError::Error(source)) => return Err(fail(source)),
        }
        let mut lock = Self { file };
        lock.set_holder(holder).map_err(fail)?;
        Ok(lock)
    }

    /// The name of the lock's holder, if there is one. To be called only while this process does not hold the lock.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read.
    pub fn holder(folder: &Path) -> io::Result<Option<String>> {
        Ok(Self::held(folder)?.map(|held| held.holder))
    }

    /// The lock's holder and the time of its last change, if there is one. To be called only while this process does not hold
    /// the lock.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read.
    pub fn held(folder: &Path) -> io::Result<Option<Held>> {
        let mut file = match File::open(folder.join("lock")) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => {
                let since = file.metadata()?.modified()?;
                Ok(Some(Held { holder: read_holder(&mut file)?, since }))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Changes the holder's name.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn set_holder(&mut self, holder: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        writeln!(self.file, "{holder}")
    }
}

fn read_holder(file: &mut File) -> io::Result<String> {
    let mut holder = String::new();
    file.read_to_string(&mut holder)?;
    Ok(holder.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_gets_the_holders_name_and_can_acquire_the_lock_afterwards() {
        let folder = std::env::temp_dir().join(format!("lab-lock-{}", std::process::id()));
        let first = Lock::acquire(&folder, "make alert FAULT=errors").unwrap();
        let refused = Lock::acquire(&folder, "make check").unwrap_err();
        assert!(matches!(&refused, LockError::Held { holder } if holder == "make alert FAULT=errors"));
        drop(first);
        Lock::acquire(&folder, "make check").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn another_user_can_acquire_the_lock() {
        let folder = std::env::temp_dir().join(format!("lab-lock-mode-{}", std::process::id()));
        drop(Lock::acquire(&folder, "make check").unwrap());
        let mode = std::fs::metadata(folder.join("lock")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o666);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn reading_the_holder_does_not_take_the_lock() {
        let folder = std::env::temp_dir().join(format!("lab-lock-holder-{}", std::process::id()));
        assert_eq!(Lock::holder(&folder).unwrap(), None);
        let before = SystemTime::now() - Duration::from_secs(1);
        let mut held = Lock::acquire(&folder, "the console (errors, slow)").unwrap();
        assert!(Lock::held(&folder).unwrap().is_some_and(|held| held.since > before));
        held.set_holder("the console (slow)").unwrap();
        assert_eq!(Lock::holder(&folder).unwrap().as_deref(), Some("the console (slow)"));
        drop(held);
        assert_eq!(Lock::holder(&folder).unwrap(), None);
        Lock::acquire(&folder, "make check").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
