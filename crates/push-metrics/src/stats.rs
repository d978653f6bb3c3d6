//! Counts of points by outcome.

use std::sync::atomic::{AtomicU64, Ordering};

/// Number of points, in total and by outcome. Points without an outcome wait or are being sent.
#[derive(Debug, Default)]
pub struct Stats {
    pushed: AtomicU64,
    written: AtomicU64,
    rejected: AtomicU64,
    dropped: AtomicU64,
}

impl Stats {
    /// Points created.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.pushed.load(Ordering::Relaxed)
    }

    /// Points that InfluxDB has accepted.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Points that InfluxDB has rejected as invalid.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Points lost: the oldest ones when the queue was full, and those that had not been delivered at the end of the grace
    /// period. Of the latter, points that were being sent may have arrived.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn add_pushed(&self, points: usize) {
        self.pushed.fetch_add(points as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_written(&self, points: usize) {
        self.written.fetch_add(points as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_rejected(&self, points: usize) {
        self.rejected.fetch_add(points as u64, Ordering::Relaxed);
    }

    pub(crate) fn add_dropped(&self, points: usize) {
        self.dropped.fetch_add(points as u64, Ordering::Relaxed);
    }
}
