//! Learns a node's flush interval, which the stream does not carry.

use std::time::Duration;

/// The last intervals between flushes, by the sink's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlushIntervals {
    last_flush: Option<Duration>,
    /// The newest first.
    intervals: [Option<Duration>; 3],
}

/// Intervals without a flush after which an Envoy that flushes regularly is stale.
const MAX_MISSED_FLUSHES: u32 = 3;

impl FlushIntervals {
    /// Records that a flush starts now.
    pub(crate) fn record(&mut self, now: Duration) {
        if let Some(last) = self.last_flush.replace(now) {
            let [newest, middle, _] = self.intervals;
            self.intervals = [Some(now.saturating_sub(last)), newest, middle];
        }
    }

    /// The flush interval: the median of the last three, so that one pause is not taken for it, or the longest of fewer.
    /// Zero if unknown.
    pub(crate) fn interval(&self) -> Duration {
        let mut sorted = self.intervals;
        sorted.sort_unstable();
        let [shortest, median, longest] = sorted;
        shortest.and(median).or(longest).unwrap_or_default()
    }

    /// The age after which a flush is stale: at least `configured`, and more if the node flushes less often than that.
    pub(crate) fn stale_after(&self, configured: Duration) -> Duration {
        configured.max(self.interval() * MAX_MISSED_FLUSHES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_follows_the_flushes_but_not_one_pause() {
        let seconds = Duration::from_secs;
        let mut intervals = FlushIntervals::default();
        let mut interval_after = |at| {
            intervals.record(seconds(at));
            intervals.interval().as_secs()
        };
        let learned = [0, 60, 120, 180, 900, 960, 961, 962, 963].map(&mut interval_after);
        assert_eq!(learned, [0, 60, 60, 60, 60, 60, 60, 1, 1]);
        assert_eq!(intervals.stale_after(seconds(30)), seconds(30));
        assert_eq!(FlushIntervals::default().stale_after(seconds(30)), seconds(30));
    }

    #[test]
    fn an_envoy_that_flushes_rarely_is_stale_after_three_intervals() {
        let mut intervals = FlushIntervals::default();
        intervals.record(Duration::from_secs(10));
        intervals.record(Duration::from_secs(70));
        assert_eq!(intervals.stale_after(Duration::from_secs(30)), Duration::from_secs(180));
    }
}
