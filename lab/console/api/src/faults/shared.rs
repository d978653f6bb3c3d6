//! What concurrent faults share: the lab's lock, and the traffic that their alerts need.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use catalog::{Fault, Stream};
use clients::Clients;
use faults::load::Generator;
use faults::lock::{Held, Lock, LockError};
use parking_lot::Mutex;

/// The lab's lock, held while at least one fault is injected or recovers; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct LabLock {
    folder: PathBuf,
    holding: Arc<Mutex<Holding>>,
}

#[derive(Debug, Default)]
struct Holding {
    lock: Option<Lock>,
    /// The faults that share the lock.
    faults: Vec<Fault>,
}

/// One fault's share of the lock. Dropping the last share releases the lock.
#[derive(Debug)]
pub(super) struct LockShare {
    lock: LabLock,
    fault: Fault,
}

impl LabLock {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), holding: Arc::default() }
    }

    /// Takes the lock, or shares it if this console holds it already. Blocks up to 0.1 s while another process holds it.
    pub(super) fn share(&self, fault: Fault) -> Result<LockShare, LockError> {
        let mut holding = self.holding.lock();
        holding.faults.push(fault);
        let outcome = match holding.lock {
            Some(_) => Ok(()),
            None => Lock::acquire(&self.folder, &holding.name()).map(|lock| holding.lock = Some(lock)),
        };
        if let Err(error) = outcome {
            holding.faults.pop();
            return Err(error);
        }
        holding.write_name();
        Ok(LockShare { lock: self.clone(), fault })
    }

    /// Another process that holds the lock; `None` if there is none or the file cannot be read.
    pub(super) fn other_holder(&self) -> Option<Held> {
        let holding = self.holding.lock();
        if holding.lock.is_some() { None } else { Lock::held(&self.folder).ok().flatten() }
    }
}

impl Drop for LockShare {
    fn drop(&mut self) {
        let mut holding = self.lock.holding.lock();
        if let Some(position) = holding.faults.iter().position(|fault| *fault == self.fault) {
            holding.faults.remove(position);
        }
        if holding.faults.is_empty() {
            holding.lock = None;
        } else {
            holding.write_name();
        }
    }
}

impl Holding {
    fn name(&self) -> String {
        let names: Vec<&str> = self.faults.iter().map(|fault| fault.name()).collect();
        format!("the console ({})", names.join(", "))
    }

    fn write_name(&mut self) {
        let name = self.name();
        if let Some(lock) = &mut self.lock
            && let Err(error) = lock.set_holder(&name)
        {
            // The lock is held nevertheless.
            tracing::warn!(%error, "cannot write the holder's name to the lock file");
        }
    }
}

/// The running streams. Faults that need the same stream share it.
#[derive(Debug, Default)]
pub(super) struct SharedTraffic(Mutex<Vec<(Stream, Weak<Generator>)>>);

impl SharedTraffic {
    /// Starts the streams that are not running yet. A stream ends when its last share is dropped.
    pub(super) fn share(&self, clients: &Clients, streams: &[Stream]) -> Vec<Arc<Generator>> {
        let mut running = self.0.lock();
        running.retain(|(_, traffic)| traffic.strong_count() > 0);
        let mut shares = Vec::new();
        for stream in streams {
            let known = running.iter().find(|(known, _)| known == stream);
            let share = known.and_then(|(_, traffic)| traffic.upgrade()).unwrap_or_else(|| {
                let traffic = Arc::new(Generator::start(clients, *stream));
                running.push((*stream, Arc::downgrade(&traffic)));
                traffic
            });
            shares.push(share);
        }
        shares
    }
}

/// Drops the shares, and waits for the last responses of the streams that end by it.
pub(super) async fn release(shares: Vec<Arc<Generator>>) {
    for traffic in shares.into_iter().filter_map(Arc::into_inner) {
        traffic.stop().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_lock_from_the_first_fault_to_the_last_and_names_them() {
        let folder = tempfile::tempdir().unwrap();
        let holder = || Lock::holder(folder.path()).unwrap();
        let lock = LabLock::new(folder.path());
        let errors = lock.share(Fault::Errors).unwrap();
        assert_eq!(holder().unwrap(), "the console (errors)");
        let slow = lock.share(Fault::Slow).unwrap();
        assert_eq!(holder().unwrap(), "the console (errors, slow)");
        drop(errors);
        assert_eq!(holder().unwrap(), "the console (slow)");
        assert_eq!(lock.other_holder(), None);
        drop(slow);
        assert_eq!(holder(), None);
    }

    #[test]
    fn names_another_holder_and_releases_the_lock_after_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let other = Lock::acquire(folder.path(), "make check").unwrap();
        let lock = LabLock::new(folder.path());
        let refused = lock.share(Fault::Errors).unwrap_err();
        assert!(matches!(refused, LockError::Held { holder } if holder == "make check"));
        assert_eq!(lock.other_holder().unwrap().holder, "make check");
        drop(other);
        assert_eq!(lock.other_holder(), None);
        drop(lock.share(Fault::Errors).unwrap());
    }
}
