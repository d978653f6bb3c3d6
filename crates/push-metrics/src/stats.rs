//! Counts of points by outcome, and of failed requests by cause.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure::Failure;

/// Number of points, in total and by outcome, and number of failed requests. Points without an outcome wait or are being
/// sent.
#[derive(Debug, Default)]
pub struct Stats {
    pushed: AtomicU64,
    written: AtomicU64,
    rejected: AtomicU64,
    dropped: AtomicU64,
    failures: [AtomicU64; Failure::COUNT],
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

    /// Requests that wrote none of their points, by cause.
    #[must_use]
    pub fn failures(&self, cause: Failure) -> u64 {
        self.failures[cause as usize].load(Ordering::Relaxed)
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

    pub(crate) fn add_failure(&self, cause: Failure) {
        self.failures[cause as usize].fetch_add(1, Ordering::Relaxed);
    }
}
