//! Faults that the admin routes inject into the store and clear. A restart clears them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The active faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Active {
    /// The delay of a database connection before each batch. Calls wait for it, so that it is part of their duration and of the
    /// store's.
    pub(crate) slow: Duration,
    /// Whether SQLite rejects writes (`PRAGMA query_only`).
    pub(crate) read_only: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Mutex<Active>,
    changed: Condvar,
}

impl Faults {
    pub(crate) fn active(&self) -> Active {
        *self.lock()
    }

    /// Injects or clears faults. A connection that waits for a cleared delay continues at once.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Active)) -> Active {
        let active = {
            let mut active = self.lock();
            change(&mut active);
            *active
        };
        self.changed.notify_all();
        active
    }

    /// Waits for the injected delay. Blocks the thread.
    pub(crate) fn delay(&self) {
        let start = Instant::now();
        let mut active = self.lock();
        while let Some(remaining) =
            active.slow.checked_sub(start.elapsed()).filter(|remaining| !remaining.is_zero())
        {
            (active, _) =
                self.changed.wait_timeout(active, remaining).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Active> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn an_injected_delay_delays() {
        let faults = Faults::default();
        let slow = Duration::from_millis(20);
        faults.change(|active| active.slow = slow);
        let start = Instant::now();
        faults.delay();
        assert!(start.elapsed() >= slow, "the delay has passed");
    }

    #[test]
    fn clearing_a_delay_ends_the_wait() {
        let faults = Faults::default();
        faults.change(|active| active.slow = Duration::from_secs(3600));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| faults.delay());
            faults.change(|active| active.slow = Duration::ZERO);
            waiting.join().expect("no panic");
        });
    }
}
