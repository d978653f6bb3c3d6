//! One run at a time that disturbs the lab: a lock that the kernel drops when its holder dies.
//!
//! The file lies in a volume that all runs of one lab share. It is never stale, so it is never removed.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::Duration,
};

/// A look at who holds it holds it, too, for a moment: so often, and after such pauses, a taker tries again.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

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
    file: File,
}

impl Lock {
    /// Takes the lock in `folder` for `holder`, a command that the loser is told. Blocks, for a tenth of a second at most.
    pub fn take(folder: &Path, holder: &str) -> Result<Self, LockError> {
        let path = folder.join("lock");
        let fail = |source| LockError::File { path: path.display().to_string(), source };
        std::fs::create_dir_all(folder).map_err(fail)?;
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(&path).map_err(fail)?;
        for _ in 1..ATTEMPTS {
            if !matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held { holder: written_in(&mut file).map_err(fail)? });
            }
            Err(TryLockError::Error(source)) => return Err(fail(source)),
        }
        let mut lock = Self { file };
        lock.rename(holder).map_err(fail)?;
        Ok(lock)
    }

    /// Who holds the lock in `folder`, if anyone does; to be asked only while this process does not.
    pub fn holder(folder: &Path) -> io::Result<Option<String>> {
        let mut file = match File::open(folder.join("lock")) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => written_in(&mut file).map(Some),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// From now on the loser is told this.
    pub fn rename(&mut self, holder: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        writeln!(self.file, "{holder}")
    }
}

fn written_in(file: &mut File) -> io::Result<String> {
    let mut holder = String::new();
    file.read_to_string(&mut holder)?;
    Ok(holder.trim().to_owned())
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

    #[test]
    fn a_look_at_the_holder_takes_nothing_away() {
        let folder = std::env::temp_dir().join(format!("lab-lock-seen-{}", std::process::id()));
        assert_eq!(Lock::holder(&folder).unwrap(), None);
        let mut held = Lock::take(&folder, "the console (errors, slow)").unwrap();
        held.rename("the console (slow)").unwrap();
        assert_eq!(Lock::holder(&folder).unwrap().as_deref(), Some("the console (slow)"));
        drop(held);
        assert_eq!(Lock::holder(&folder).unwrap(), None);
        Lock::take(&folder, "make check").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
