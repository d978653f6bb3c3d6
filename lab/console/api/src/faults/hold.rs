//! The lab's lock, held while at least one fault is on or recovers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::Fault;
use faults::lock::{Lock, LockError};
use parking_lot::Mutex;

/// This console's part in the lock; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    folder: PathBuf,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    lock: Option<Lock>,
    /// What it is held for.
    faults: Vec<Fault>,
}

/// One fault's share; the last to be dropped lets go of the lock.
#[derive(Debug)]
pub(super) struct Share {
    hold: Hold,
    fault: Fault,
}

impl Hold {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), held: Arc::default() }
    }

    /// Takes the lock, or joins those who hold it already. Blocks for a moment where another run has it.
    pub(super) fn join(&self, fault: Fault) -> Result<Share, LockError> {
        let mut held = self.held.lock();
        held.faults.push(fault);
        let outcome = match held.lock {
            Some(_) => Ok(()),
            None => Lock::acquire(&self.folder, &held.name()).map(|lock| held.lock = Some(lock)),
        };
        if let Err(error) = outcome {
            held.faults.pop();
            return Err(error);
        }
        held.tell();
        Ok(Share { hold: self.clone(), fault })
    }

    /// Who else holds the lab; nobody if that cannot be told.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let held = self.held.lock();
        if held.lock.is_some() { None } else { Lock::holder(&self.folder).ok().flatten() }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.hold.held.lock();
        if let Some(at) = held.faults.iter().position(|fault| *fault == self.fault) {
            held.faults.remove(at);
        }
        if held.faults.is_empty() {
            held.lock = None;
        } else {
            held.tell();
        }
    }
}

impl Held {
    fn name(&self) -> String {
        let names: Vec<&str> = self.faults.iter().map(|fault| fault.name()).collect();
        format!("the console ({})", names.join(", "))
    }

    fn tell(&mut self) {
        let name = self.name();
        if let Some(lock) = &mut self.lock
            && let Err(error) = lock.set_holder(&name)
        {
            // It is held all the same.
            tracing::warn!(%error, "the lock's file does not say who holds it");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_held_from_the_first_fault_to_the_last_and_names_them() {
        let folder = tempfile::tempdir().unwrap();
        let holder = || Lock::holder(folder.path()).unwrap();
        let hold = Hold::new(folder.path());
        let errors = hold.join(Fault::Errors).unwrap();
        assert_eq!(holder().unwrap(), "the console (errors)");
        let slow = hold.join(Fault::Slow).unwrap();
        assert_eq!(holder().unwrap(), "the console (errors, slow)");
        drop(errors);
        assert_eq!(holder().unwrap(), "the console (slow)");
        assert_eq!(hold.elsewhere(), None);
        drop(slow);
        assert_eq!(holder(), None);
    }

    #[test]
    fn another_run_is_named_and_nothing_is_held_after_a_refusal() {
        let folder = tempfile::tempdir().unwrap();
        let other = Lock::acquire(folder.path(), "make check").unwrap();
        let hold = Hold::new(folder.path());
        let refused = hold.join(Fault::Errors).unwrap_err();
        assert!(matches!(refused, LockError::Held { holder } if holder == "make check"));
        assert_eq!(hold.elsewhere().as_deref(), Some("make check"));
        drop(other);
        assert_eq!(hold.elsewhere(), None);
        drop(hold.join(Fault::Errors).unwrap());
    }
}
