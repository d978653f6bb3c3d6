//! The file `console-faults` beside the lab's lock. It lists the injected faults, so that the next console can clear them
//! after this one was killed.

use std::io;
use std::path::{Path, PathBuf};

use catalog::Fault;
use parking_lot::Mutex;

/// The file and its content. A fault is added before it is injected, and removed after it is cleared.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    injected: Mutex<Vec<Fault>>,
}

impl Journal {
    /// Reads the faults that an earlier console left in `folder`. Ignores unknown names; logs an unreadable file.
    pub(super) fn open(folder: &Path) -> Self {
        let path = folder.join("console-faults");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                tracing::warn!(%error, path = %path.display(), "cannot read the faults of an earlier console");
                String::new()
            }
        };
        let injected = Fault::ALL.into_iter().filter(|fault| text.lines().any(|line| line == fault.name()));
        Self { injected: Mutex::new(injected.collect()), path }
    }

    pub(super) fn injected(&self) -> Vec<Fault> {
        self.injected.lock().clone()
    }

    /// Adds a fault. After an error the fault must not be injected.
    pub(super) fn add(&self, fault: Fault) -> io::Result<()> {
        let mut injected = self.injected.lock();
        if !injected.contains(&fault) {
            injected.push(fault);
        }
        self.write(&injected)
    }

    /// Removes a fault. If that fails, the next console clears it once more.
    pub(super) fn remove(&self, fault: Fault) {
        let mut injected = self.injected.lock();
        injected.retain(|one| *one != fault);
        if let Err(error) = self.write(&injected) {
            tracing::warn!(%error, path = %self.path.display(), "cannot write the list of injected faults");
        }
    }

    fn write(&self, injected: &[Fault]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let lines: String = injected.iter().map(|fault| format!("{}\n", fault.name())).collect();
        // Renaming replaces the file atomically.
        let new = self.path.with_extension("new");
        std::fs::write(&new, lines)?;
        std::fs::rename(new, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_console_reads_the_injected_faults() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path());
        assert!(journal.injected().is_empty());
        journal.add(Fault::Slow).unwrap();
        journal.add(Fault::Errors).unwrap();
        journal.remove(Fault::Slow);
        assert_eq!(Journal::open(folder.path()).injected(), [Fault::Errors]);
    }

    #[test]
    fn ignores_unknown_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("console-faults"), "order-slow\nnonsense\n\n").unwrap();
        assert_eq!(Journal::open(folder.path()).injected(), [Fault::OrderSlow]);
    }
}
