//! Counters of one node, for `metrics_sink_node_*`.

use std::sync::atomic::{AtomicU64, Ordering};

/// What happened to a node since its first flush. They are removed with the node, an hour after its last flush.
#[derive(Debug, Default)]
pub(crate) struct NodeCounters {
    pub(crate) restarts: Count,
    pub(crate) series_resets: Count,
    pub(crate) counter_mismatches: Count,
    pub(crate) refused: Count,
    /// Milliseconds whose flushes were lost.
    pub(crate) missed_ms: Count,
}

/// One counter.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
