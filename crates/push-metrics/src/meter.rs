//! A count and how fast it grows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::rates::{RateClock, Rates};

/// Counts events and averages their rate. The averages tick whenever the rates are read, which a reporter does with
/// each push.
#[derive(Debug)]
pub struct Meter {
    count: AtomicU64,
    clock: RateClock,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self { count: AtomicU64::new(0), clock: RateClock::new(Instant::now()) }
    }

    /// So many events have happened.
    pub fn mark(&self, events: u64) {
        self.count.fetch_add(events, Ordering::Relaxed);
    }

    /// The rates at `now`.
    #[must_use]
    pub fn rates(&self, now: Instant) -> Rates {
        self.clock.read(now, self.count.load(Ordering::Relaxed))
    }
}
