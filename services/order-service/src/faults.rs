//! What the admin route can break, for real, and mend again. A restart forgets it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Broken {
    /// How long a connection to the database stands still before each of its turns. Whoever waits for the turn waits
    /// for this, too, so that it is in the call's time and in the store's.
    pub(crate) slow: Duration,
    /// Whether SQLite refuses to write (`PRAGMA query_only`).
    pub(crate) read_only: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    broken: Mutex<Broken>,
    changed: Condvar,
}

impl Faults {
    pub(crate) fn broken(&self) -> Broken {
        *self.lock()
    }

    /// Breaks or mends. What waits for the end of a delay that is taken back goes on at once.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Broken)) -> Broken {
        let broken = {
            let mut broken = self.lock();
            change(&mut broken);
            *broken
        };
        self.changed.notify_all();
        broken
    }

    /// Waits as long as the fault says. Blocks the thread.
    pub(crate) fn delay(&self) {
        let begun = Instant::now();
        let mut broken = self.lock();
        while let Some(left) = broken.slow.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            (broken, _) = self.changed.wait_timeout(broken, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Broken> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_delay_is_waited_for() {
        let faults = Faults::default();
        let slow = Duration::from_millis(20);
        faults.change(|broken| broken.slow = slow);
        let begun = Instant::now();
        faults.delay();
        assert!(begun.elapsed() >= slow, "time passes at least");
    }

    #[test]
    fn a_delay_that_is_taken_back_ends() {
        let faults = Faults::default();
        faults.change(|broken| broken.slow = Duration::from_secs(3600));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| faults.delay());
            faults.change(|broken| broken.slow = Duration::ZERO);
            waiting.join().expect("no panic");
        });
    }
}
