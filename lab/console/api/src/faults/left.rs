//! A small file beside the lock with the faults that are on, for the console that comes after a killed one.

use std::io;
use std::path::{Path, PathBuf};

use catalog::Fault;
use parking_lot::Mutex;

/// The file, and what it holds. Written before a fault is thrown, and after it is taken back.
#[derive(Debug)]
pub(super) struct Left {
    path: PathBuf,
    on: Mutex<Vec<Fault>>,
}

impl Left {
    /// Reads what an earlier console has left in `folder`; what is no fault's name is passed over.
    pub(super) fn new(folder: &Path) -> Self {
        let path = folder.join("console-faults");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "faults of an earlier console are not known");
                String::new()
            }
        };
        let on = Fault::ALL.into_iter().filter(|fault| text.lines().any(|line| line == fault.name()));
        Self { on: Mutex::new(on.collect()), path }
    }

    /// Those that the file names.
    pub(super) fn faults(&self) -> Vec<Fault> {
        self.on.lock().clone()
    }

    /// Adds a fault. Without the file, it must not be thrown.
    pub(super) fn add(&self, fault: Fault) -> io::Result<()> {
        let mut on = self.on.lock();
        if !on.contains(&fault) {
            on.push(fault);
        }
        self.write(&on)
    }

    /// Removes a fault. A name that stays costs the next console one more taking back.
    pub(super) fn remove(&self, fault: Fault) {
        let mut on = self.on.lock();
        on.retain(|one| *one != fault);
        if let Err(error) = self.write(&on) {
            tracing::warn!(%error, path = %self.path.display(), "the list of faults cannot be written");
        }
    }

    fn write(&self, on: &[Fault]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let lines: String = on.iter().map(|fault| format!("{}\n", fault.name())).collect();
        // Whole or not at all.
        let new = self.path.with_extension("new");
        std::fs::write(&new, lines)?;
        std::fs::rename(new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_console_knows_what_was_on() {
        let folder = tempfile::tempdir().unwrap();
        let left = Left::new(folder.path());
        assert!(left.faults().is_empty());
        left.add(Fault::Slow).unwrap();
        left.add(Fault::Errors).unwrap();
        left.remove(Fault::Slow);
        assert_eq!(Left::new(folder.path()).faults(), [Fault::Errors]);
    }

    #[test]
    fn what_is_no_fault_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("console-faults"), "order-slow\nnonsense\n\n").unwrap();
        assert_eq!(Left::new(folder.path()).faults(), [Fault::OrderSlow]);
    }
}
