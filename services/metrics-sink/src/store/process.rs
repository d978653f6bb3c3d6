//! Recognizes whether a node's stream comes from the process that sent its previous stream.
//!
//! Only another process starts from zero as a whole. A process has one start time: the timestamp of a flush minus
//! `server.uptime`. Envoy computes both from the wall clock, so setting the clock does not change their difference. A
//! process also has one `server.hot_restart_epoch`, which a hot restart increments while the uptime continues. Until its
//! parent ends, the child of a hot restart adds the parent's uptime to its own: then the uptime falls once, to that of a
//! process that was running before.
//!
//! Both gauges have whole seconds, so two processes that started within two seconds of each other may have equal start
//! times, and an Envoy may be configured not to send them. Then a counter that is lower than on an older stream is
//! the only evidence.

use super::saved::SavedProcess;

/// What identifies the process behind a node.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Process {
    uptime: Option<Uptime>,
    epoch: Option<f64>,
    /// The newest stream is known to come from this process.
    is_certain: bool,
    /// The uptime has been received on the newest stream.
    has_uptime: bool,
    /// The epoch has been received on the newest stream.
    has_epoch: bool,
}

/// The last uptime received.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Uptime {
    seconds: f64,
    /// Time of the snapshot, in milliseconds since the Unix epoch; 0 if unknown.
    timestamp_ms: i64,
    /// The earliest start time computed, in milliseconds since the Unix epoch.
    start_ms: i64,
}

/// Differences of start times up to this one are rounding errors: whole seconds, and the time Envoy takes to create a
/// snapshot.
const START_TIME_TOLERANCE_MS: i64 = 2_000;

/// Envoy's uptime wraps to a number near 2^64 if the clock is set back beyond its start.
const MAX_UPTIME_SECONDS: f64 = 1e10;

/// A process that has been seen with an uptime above this one started too long before any later process to be taken for it.
const MAX_AMBIGUOUS_UPTIME_SECONDS: f64 = 2.0;

impl Process {
    /// The process that a saved node had.
    pub(crate) fn of_saved(saved: &SavedProcess) -> Self {
        let SavedProcess { uptime_seconds: seconds, timestamp_ms, start_ms, epoch } = *saved;
        Self { uptime: Some(Uptime { seconds, timestamp_ms, start_ms }), epoch, ..Self::default() }
    }

    /// What the state file has of it; `None` if a later sink could not recognize it.
    pub(crate) fn save(&self) -> Option<SavedProcess> {
        let Uptime { seconds: uptime_seconds, timestamp_ms, start_ms } = self.uptime?;
        let epoch = self.epoch;
        (timestamp_ms != 0).then_some(SavedProcess { uptime_seconds, timestamp_ms, start_ms, epoch })
    }

    /// Whether the uptime has shown that the newest stream comes from the process of the stream before.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.is_certain && self.has_uptime
    }

    /// Whether the newest stream comes from the process `earlier`; `None` while what identifies it has not been received.
    /// A process that cannot be told apart from a later one is not the same.
    pub(crate) fn continues(&self, earlier: &Self) -> Option<bool> {
        let Uptime { seconds, timestamp_ms, .. } = self.uptime.filter(|_| self.has_uptime)?;
        let mut process = Self { is_certain: false, ..*earlier };
        if process.record_uptime(seconds, timestamp_ms, true) {
            return Some(false);
        }
        if earlier.epoch.is_some() {
            let epoch = self.epoch.filter(|_| self.has_epoch)?;
            if process.record_epoch(epoch, true) {
                return Some(false);
            }
        }
        Some(process.is_certain)
    }

    /// Starts a stream, which may come from another process.
    pub(crate) fn start_stream(&mut self) {
        self.is_certain = false;
        self.has_uptime = false;
        self.has_epoch = false;
    }

    /// Records the uptime of a flush. Returns whether another process sent it.
    pub(crate) fn record_uptime(&mut self, seconds: f64, timestamp_ms: i64, first_of_stream: bool) -> bool {
        if !(0.0..=MAX_UPTIME_SECONDS).contains(&seconds) {
            return false;
        }
        self.has_uptime = true;
        let mut start_ms = timestamp_ms.saturating_sub((seconds * 1e3) as i64);
        let mut is_other = false;
        if let Some(last) = self.uptime {
            let has_times = timestamp_ms != 0 && last.timestamp_ms != 0;
            let later_by = start_ms.saturating_sub(last.start_ms);
            let fell = seconds < last.seconds && (!has_times || timestamp_ms >= last.timestamp_ms);
            let is_distant = has_times && later_by.saturating_abs() > START_TIME_TOLERANCE_MS;
            let ran_before =
                has_times && start_ms.saturating_add(START_TIME_TOLERANCE_MS) < last.timestamp_ms;
            is_other = if first_of_stream {
                let has_lost_parent = fell && ran_before && self.epoch.is_some_and(|epoch| epoch > 0.0);
                (fell || is_distant) && !has_lost_parent
            } else {
                // A stream belongs to one process.
                fell && (!has_times || (is_distant && !ran_before))
            };
            if !is_other && has_times && !fell {
                start_ms = start_ms.min(last.start_ms);
            }
            self.is_certain |= !is_other && has_times && last.seconds > MAX_AMBIGUOUS_UPTIME_SECONDS;
        }
        if is_other {
            self.replace();
            self.has_uptime = true;
        }
        self.uptime = Some(Uptime { seconds, timestamp_ms, start_ms });
        is_other
    }

    /// Records the epoch of a flush. Returns whether another process sent it.
    pub(crate) fn record_epoch(&mut self, epoch: f64, first_of_stream: bool) -> bool {
        let is_other = first_of_stream && self.epoch.is_some_and(|last| last != epoch);
        if is_other {
            self.replace();
        }
        self.epoch = Some(epoch);
        self.has_epoch = true;
        is_other
    }

    /// Whether a counter that is lower than on an older stream reveals another process.
    pub(crate) fn is_told_by_counters(&self) -> bool {
        !self.is_certain && self.uptime.is_none_or(|last| last.seconds <= MAX_AMBIGUOUS_UPTIME_SECONDS)
    }

    /// Records that counters revealed another process.
    pub(crate) fn replace(&mut self) {
        *self = Self { is_certain: true, ..Self::default() };
    }

    /// Ends the first flush of a stream. Returns whether the uptime is missing, although an older stream had it: then the
    /// counters decide.
    pub(crate) fn lost_uptime(&mut self) -> bool {
        let is_lost = self.uptime.is_some() && !self.has_uptime;
        if is_lost {
            self.uptime = None;
        }
        is_lost
    }
}

#[cfg(test)]
mod tests;
