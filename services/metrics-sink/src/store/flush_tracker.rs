//! Groups the messages of a node into flushes, and detects restarts of the node by its clock.
//!
//! Envoy sends a flush as one message, or as several with `batch_size`; all metrics of a flush have the same timestamp.
//! Without timestamps each message counts as a flush. If the timestamp does not change but a series is sent again, a new
//! flush has started as well.
//!
//! Counters alone do not reveal every restart: the first flush after a restart has few counters, those of the start-up,
//! and they can be as high as before. So the start time, computed from the clock and `server.uptime`, is compared too.

use super::series::MessageNumber;

/// The first messages of a node's two newest flushes and of its newest stream, and the start time of its process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlushTracker {
    message: MessageNumber,
    flush_start: MessageNumber,
    previous_flush_start: MessageNumber,
    stream_start: MessageNumber,
    timestamp_ms: i64,
    /// Start time of the node's process, by the node's clock.
    process_start_ms: Option<i64>,
}

/// Tolerance for start times of one process: Envoy rounds its uptime to whole seconds.
const START_TIME_TOLERANCE_MS: i64 = 2_500;

/// The message that last wrote a series, relative to the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastWrite {
    /// None since the series was created or reset.
    Never,
    /// The current message.
    ThisMessage,
    /// A message of this flush, of the previous one, or of an older stream. A counter that is lower now was reset.
    Comparable,
    /// An older message: the series was absent for a flush, and Envoy may have recreated it.
    AfterGap,
}

impl FlushTracker {
    /// Starts a message with this timestamp; `new_stream` if it is the first of its stream.
    pub(crate) fn start_message(&mut self, timestamp_ms: i64, new_stream: bool) {
        // Wrapping after 2^32 messages only makes a series look new once.
        self.message = self.message.wrapping_add(1).max(1);
        if new_stream {
            self.stream_start = self.message;
        }
        if timestamp_ms == 0 || timestamp_ms != self.timestamp_ms {
            self.start_flush();
            self.timestamp_ms = timestamp_ms;
        }
    }

    /// Classifies the message that last wrote a series. If it belongs to this flush, the current message starts a new
    /// flush.
    #[inline]
    pub(crate) fn classify(&mut self, message: MessageNumber) -> LastWrite {
        if message == 0 {
            return LastWrite::Never;
        }
        if message == self.message {
            return LastWrite::ThisMessage;
        }
        if message >= self.flush_start {
            self.start_flush();
        }
        if message >= self.previous_flush_start || message < self.stream_start {
            LastWrite::Comparable
        } else {
            LastWrite::AfterGap
        }
    }

    /// Records the uptime from the current message. Returns whether the process started later than the one before.
    pub(crate) fn record_uptime(&mut self, uptime_seconds: f64) -> bool {
        if self.timestamp_ms == 0 || uptime_seconds.is_nan() {
            return false;
        }
        let start_ms = self.timestamp_ms.saturating_sub((uptime_seconds * 1e3) as i64);
        match self.process_start_ms {
            Some(previous) if start_ms.saturating_sub(previous) <= START_TIME_TOLERANCE_MS => false,
            previous => {
                self.process_start_ms = Some(start_ms);
                previous.is_some()
            }
        }
    }

    /// The current message.
    #[inline]
    pub(crate) fn message(&self) -> MessageNumber {
        self.message
    }

    /// The first message of the newest flush.
    pub(crate) fn flush_start(&self) -> MessageNumber {
        self.flush_start
    }

    fn start_flush(&mut self) {
        self.previous_flush_start = self.flush_start;
        self.flush_start = self.message;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_with_one_timestamp_are_one_flush() {
        let mut flushes = FlushTracker::default();
        flushes.start_message(1_000, false);
        flushes.start_message(1_000, false);
        assert_eq!((flushes.message(), flushes.flush_start()), (2, 1));
        assert_eq!(flushes.classify(2), LastWrite::ThisMessage);
        flushes.start_message(2_000, false);
        assert_eq!((flushes.message(), flushes.flush_start()), (3, 3));
        assert_eq!(flushes.classify(1), LastWrite::Comparable);
        flushes.start_message(3_000, false);
        assert_eq!(flushes.classify(2), LastWrite::AfterGap);
        assert_eq!(flushes.classify(0), LastWrite::Never);
    }

    #[test]
    fn writes_of_an_older_stream_are_comparable_at_any_age() {
        let mut flushes = FlushTracker::default();
        for (time, new_stream) in [(1, true), (2, false), (3, false), (4, true), (5, false), (6, false)] {
            flushes.start_message(time, new_stream);
        }
        assert_eq!(flushes.classify(1), LastWrite::Comparable);
        assert_eq!(flushes.classify(4), LastWrite::AfterGap);
    }

    #[test]
    fn a_later_start_time_is_a_restart() {
        let mut flushes = FlushTracker::default();
        for (time, uptime, restarted) in [
            (1_000_900, 100.0, false),
            (1_001_900, 101.0, false),
            (1_003_100, 101.0, false),
            (1_004_000, 0.0, true),
            (1_005_000, 1.0, false),
            (1_300_000, f64::NAN, false),
            (1_300_000, 290.0, true),
        ] {
            flushes.start_message(time, false);
            assert_eq!(flushes.record_uptime(uptime), restarted, "at {time}");
        }
    }

    #[test]
    fn each_message_without_a_timestamp_is_a_flush() {
        let mut flushes = FlushTracker::default();
        flushes.start_message(0, false);
        flushes.start_message(0, false);
        assert_eq!((flushes.message(), flushes.flush_start()), (2, 2));
    }

    #[test]
    fn a_series_sent_again_starts_a_flush() {
        let mut flushes = FlushTracker::default();
        flushes.start_message(1_000, false);
        flushes.start_message(1_000, false);
        assert_eq!(flushes.classify(1), LastWrite::Comparable);
        assert_eq!(flushes.flush_start(), 2);
    }
}
