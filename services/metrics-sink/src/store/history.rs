//! What a node has sent so far, as far as it decides how its next message is applied.

use super::context::Temporality;
use super::counter_changes::CounterChanges;
use super::flush_tracker::FlushTracker;
use super::process::Process;

/// Flushes, process and counters of a node.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) flushes: FlushTracker,
    pub(crate) process: Process,
    pub(crate) changes: CounterChanges,
    /// Counters of this flush that are lower than before, not counted as resets yet.
    pub(crate) falls: u64,
    /// Deltas of a stream's first flush, by fingerprint of their series. They are all that remains of the totals if the
    /// uptime, which Envoy sends after the counters, reveals a restart.
    pub(crate) first_deltas: Vec<(u64, f64)>,
}

/// The result of a flush that is complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FlushEnd {
    /// Counters that started again at 0 although the process did not.
    pub(crate) series_resets: u64,
    /// The counters contradict `SINK_COUNTERS`.
    pub(crate) is_mismatch: bool,
    /// The process has restarted: counters are lower than on an older stream, and the uptime is missing.
    pub(crate) has_restarted: bool,
}

impl History {
    /// Starts a message. Returns the end of the previous flush if the message starts one.
    pub(crate) fn start_message(
        &mut self,
        timestamp_ms: Option<i64>,
        new_stream: bool,
        temporality: Temporality,
    ) -> Option<FlushEnd> {
        let was_first_of_stream = self.flushes.is_first_of_stream();
        if new_stream {
            self.process.start_stream();
        }
        if !self.flushes.start_message(timestamp_ms, new_stream) {
            return None;
        }
        self.first_deltas = Vec::new();
        let has_restarted =
            was_first_of_stream && !new_stream && self.process.lost_uptime() && self.falls > 0;
        if has_restarted {
            self.process.replace();
            self.falls = 0;
        }
        Some(FlushEnd {
            series_resets: std::mem::take(&mut self.falls),
            is_mismatch: self.changes.end_flush(temporality),
            has_restarted,
        })
    }

    /// Ends a message. Returns the counters that started again at 0, which are certain except in a stream's first flush.
    pub(crate) fn end_message(&mut self) -> u64 {
        if self.flushes.is_first_of_stream() { 0 } else { std::mem::take(&mut self.falls) }
    }

    /// Forgets the values of the series, which were removed.
    pub(crate) fn forget_series(&mut self) {
        self.changes = CounterChanges::default();
        self.first_deltas = Vec::new();
    }
}
