//! The smallest and the largest value of the current age bucket.

use std::sync::atomic::{AtomicU64, Ordering};

/// Written only by a value outside of those before: all threads share it.
#[derive(Debug)]
pub(crate) struct Extremes {
    min: AtomicU64,
    max: AtomicU64,
}

/// No value yet: what any value replaces.
pub(crate) const NONE: (u64, u64) = (u64::MAX, 0);

impl Extremes {
    pub(crate) fn new() -> Self {
        Self { min: AtomicU64::new(NONE.0), max: AtomicU64::new(NONE.1) }
    }

    #[inline]
    pub(crate) fn widen(&self, value: u64) {
        if value < self.min.load(Ordering::Relaxed) {
            self.min.fetch_min(value, Ordering::Relaxed);
        }
        if value > self.max.load(Ordering::Relaxed) {
            self.max.fetch_max(value, Ordering::Relaxed);
        }
    }

    pub(crate) fn get(&self) -> (u64, u64) {
        (self.min.load(Ordering::Relaxed), self.max.load(Ordering::Relaxed))
    }

    /// As [`get`](Self::get), and begins anew.
    pub(crate) fn take(&self) -> (u64, u64) {
        (self.min.swap(NONE.0, Ordering::Relaxed), self.max.swap(NONE.1, Ordering::Relaxed))
    }
}
