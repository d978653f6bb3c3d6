//! What became of the points.

use std::sync::atomic::{AtomicU64, Ordering};

/// Points by what became of them, each once. What is in none of the three waits, or is being sent.
#[derive(Debug, Default)]
pub struct Stats {
    pushed: AtomicU64,
    written: AtomicU64,
    rejected: AtomicU64,
    dropped: AtomicU64,
}

impl Stats {
    /// Points that were made.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        self.pushed.load(Ordering::Relaxed)
    }

    /// Points that InfluxDB has taken.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Points that InfluxDB has refused for what they are.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Points that were given up: the oldest, for want of room, and those that waited when the grace period was over.
    /// One of the latter that was being sent may have arrived.
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
