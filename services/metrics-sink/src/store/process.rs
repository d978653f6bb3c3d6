//! Recognizes whether a node's stream comes from the process that sent its previous stream.
//!
//! Only another process starts from zero as a whole. A process has one start time: the timestamp of a flush minus
//! `server.uptime`. Envoy computes both from the wall clock, so setting the clock does not change their difference. A
//! process also has one `server.hot_restart_epoch`, which a hot restart increments while the uptime continues.
//!
//! Both gauges have whole seconds, so two processes that started within two seconds of each other may have equal start
//! times, and an Envoy may be configured not to send them. Then a counter that is lower than on an older stream is
//! the only evidence.

/// What identifies the process behind a node.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Process {
    uptime: Option<Uptime>,
    epoch: Option<f64>,
    /// The newest stream is known to come from this process.
    is_certain: bool,
    /// The uptime has been received on the newest stream.
    has_uptime: bool,
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
    /// Starts a stream, which may come from another process.
    pub(crate) fn start_stream(&mut self) {
        self.is_certain = false;
        self.has_uptime = false;
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
            // A stream belongs to one process, so later flushes need both signs.
            is_other = if first_of_stream { fell || is_distant } else { fell && (is_distant || !has_times) };
            if !is_other && has_times {
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Flushes of `(timestamp in ms, uptime in s)`, each on a stream of its own; returns which came from another process.
    fn restarts(flushes: &[(i64, f64)]) -> Vec<bool> {
        let mut process = Process::default();
        let mut record = |(timestamp_ms, uptime): &(i64, f64)| {
            process.start_stream();
            process.record_uptime(*uptime, *timestamp_ms, true)
        };
        flushes.iter().map(&mut record).collect()
    }

    #[test]
    fn a_different_start_time_is_another_process() {
        let flushes =
            [(1_000_900, 100.0), (1_001_900, 101.0), (1_003_100, 101.0), (1_004_000, 0.0), (1_005_000, 1.0)];
        assert_eq!(restarts(&flushes), [false, false, false, true, false]);
        assert_eq!(restarts(&[(1_000_000, 5.0), (1_300_000, 290.0)]), [false, true]);
        // The older of two Envoys with one identity.
        assert_eq!(restarts(&[(1_000_000, 5.0), (1_001_000, 90.0)]), [false, true]);
        assert_eq!(restarts(&[(1_000_000, f64::NAN), (1_001_000, 0.0)]), [false, false]);
    }

    #[test]
    fn a_lower_uptime_is_another_process_even_within_the_same_seconds() {
        assert_eq!(restarts(&[(1_000_900, 1.0), (1_001_100, 0.0)]), [false, true]);
        assert_eq!(restarts(&[(0, 7.0), (0, 8.0), (0, 3.0)]), [false, false, true]);
    }

    #[test]
    fn setting_the_clock_is_not_a_restart() {
        assert_eq!(
            restarts(&[(1_000_000_000, 500.0), (996_400_000, 1.844e19), (1_007_200_000, 7_700.0)]),
            [false; 3]
        );
        assert_eq!(restarts(&[(1_000_000_000, 5_000.0), (996_401_000, 1_401.0)]), [false; 2]);
    }

    #[test]
    fn a_hot_restart_is_another_process() {
        let mut process = Process::default();
        process.start_stream();
        process.record_uptime(50.0, 1_050_000, true);
        assert!(!process.record_epoch(0.0, true));
        process.start_stream();
        assert!(!process.record_uptime(52.0, 1_052_000, true));
        assert!(process.record_epoch(1.0, true));
        assert!(!process.record_epoch(1.0, false));
    }

    #[test]
    fn counters_decide_only_between_processes_that_the_uptime_cannot_tell_apart() {
        let mut process = Process::default();
        process.start_stream();
        assert!(process.is_told_by_counters());
        process.record_uptime(1.0, 1_001_000, true);
        process.start_stream();
        process.record_uptime(1.0, 1_001_800, true);
        assert!(process.is_told_by_counters());
        process.record_uptime(3.0, 1_003_800, false);
        process.start_stream();
        assert!(!process.is_told_by_counters(), "the uptime is still to come");
        assert!(process.lost_uptime());
        assert!(process.is_told_by_counters());
    }

    proptest! {
        /// A process is one process, however it flushes and reconnects. The next process is another one from its first
        /// flush on, unless both started within seconds; then its counters decide.
        #[test]
        fn a_process_is_recognized_by_its_start_time(
            start_s in 1_000_000i64..2_000_000,
            flushes in prop::collection::vec((1i64..100_000, any::<bool>()), 1..30),
            snapshot_delay_ms in 0i64..900,
            down_ms in 0i64..100_000,
        ) {
            let mut process = Process::default();
            let mut now_ms = start_s * 1_000 + 10;
            for (pause_ms, reconnects) in flushes {
                now_ms += pause_ms;
                if reconnects {
                    process.start_stream();
                }
                let uptime = now_ms / 1_000 - start_s;
                prop_assert!(!process.record_uptime(uptime as f64, now_ms + snapshot_delay_ms, reconnects));
            }
            let restarted_ms = now_ms + down_ms;
            let flushed_ms = restarted_ms + snapshot_delay_ms + 500;
            process.start_stream();
            let may_be_told = process.is_told_by_counters();
            let uptime = flushed_ms / 1_000 - restarted_ms / 1_000;
            prop_assert!(process.record_uptime(uptime as f64, flushed_ms, true) || may_be_told);
        }
    }
}
