//! A number that goes up and down.

use std::sync::atomic::{AtomicI64, Ordering};

/// Counts since the start, or since [`clear`](Self::clear); wraps around.
#[derive(Debug, Default)]
pub struct Counter(AtomicI64);

impl Counter {
    /// Adds one.
    pub fn inc(&self) {
        self.add(1);
    }

    /// Takes one away.
    pub fn dec(&self) {
        self.add(-1);
    }

    /// Adds so many, or takes them away.
    pub fn add(&self, by: i64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    /// Begins anew at 0.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The count.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}
