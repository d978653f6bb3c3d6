//! Which messages of a node belong together.
//!
//! Envoy sends a flush as one message, or with `batch_size` as several; all metrics of a flush bear the same time. A
//! sender that gives no time is taken to flush with each message, and so is one whose clock stands still: a series
//! that comes again belongs to another flush.
//!
//! And which belong to one life of the node: after a restart Envoy sends few counters at first, those of its start-up,
//! which are as high as they were before. So its clock is watched too.

use super::series::MessageNumber;

/// Where a node's newest flush, and the one before, begin.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flushes {
    message: MessageNumber,
    first: MessageNumber,
    previous: MessageNumber,
    /// The newest stream's first message.
    stream: MessageNumber,
    timestamp_ms: i64,
    /// When the node's process began, by its own clock.
    began_ms: Option<i64>,
}

/// Envoy tells its uptime in whole seconds, rounded; a process that began so much later is another.
const SAME_PROCESS_MS: i64 = 2_500;

/// What the message that wrote a series last is to the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// The series has not been written since it began anew.
    Never,
    /// It is the same message.
    ThisMessage,
    /// It belongs to this flush or to the one before, or to an older stream: a counter that is lower now has fallen.
    Comparable,
    /// It is older: the series was away for a flush, and may have been made anew.
    Away,
}

impl Flushes {
    /// Begins a message whose metrics bear this time; `new_stream`, if it is the first of its stream.
    pub(crate) fn begin(&mut self, timestamp_ms: i64, new_stream: bool) {
        // In the distant future, a wrapped number only makes a series look new once.
        self.message = self.message.wrapping_add(1).max(1);
        if new_stream {
            self.stream = self.message;
        }
        if timestamp_ms == 0 || timestamp_ms != self.timestamp_ms {
            self.begin_flush();
            self.timestamp_ms = timestamp_ms;
        }
    }

    /// What `message` is to the newest one. A series that an earlier message of this flush has written begins another
    /// flush, with the newest message.
    #[inline]
    pub(crate) fn judge(&mut self, message: MessageNumber) -> Written {
        if message == 0 {
            return Written::Never;
        }
        if message == self.message {
            return Written::ThisMessage;
        }
        if message >= self.first {
            self.begin_flush();
        }
        if message >= self.previous || message < self.stream { Written::Comparable } else { Written::Away }
    }

    /// Takes the uptime that the newest message tells; whether it is another process' than before.
    pub(crate) fn has_restarted(&mut self, uptime_seconds: f64) -> bool {
        if self.timestamp_ms == 0 || uptime_seconds.is_nan() {
            return false;
        }
        let began = self.timestamp_ms.saturating_sub((uptime_seconds * 1e3) as i64);
        match self.began_ms {
            Some(before) if began.saturating_sub(before) <= SAME_PROCESS_MS => false,
            before => {
                self.began_ms = Some(began);
                before.is_some()
            }
        }
    }

    /// The newest message.
    #[inline]
    pub(crate) fn message(&self) -> MessageNumber {
        self.message
    }

    /// The newest flush's first message.
    pub(crate) fn first(&self) -> MessageNumber {
        self.first
    }

    fn begin_flush(&mut self) {
        self.previous = self.first;
        self.first = self.message;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_one_time_are_one_flush() {
        let mut flushes = Flushes::default();
        flushes.begin(1_000, false);
        flushes.begin(1_000, false);
        assert_eq!((flushes.message(), flushes.first()), (2, 1));
        assert_eq!(flushes.judge(2), Written::ThisMessage);
        flushes.begin(2_000, false);
        assert_eq!((flushes.message(), flushes.first()), (3, 3));
        assert_eq!(flushes.judge(1), Written::Comparable);
        flushes.begin(3_000, false);
        assert_eq!(flushes.judge(2), Written::Away);
        assert_eq!(flushes.judge(0), Written::Never);
    }

    #[test]
    fn what_another_stream_wrote_is_comparable_however_old() {
        let mut flushes = Flushes::default();
        for (time, new_stream) in [(1, true), (2, false), (3, false), (4, true), (5, false), (6, false)] {
            flushes.begin(time, new_stream);
        }
        assert_eq!(flushes.judge(1), Written::Comparable);
        assert_eq!(flushes.judge(4), Written::Away);
    }

    #[test]
    fn a_process_that_began_later_is_another() {
        let mut flushes = Flushes::default();
        for (time, uptime, restarted) in [
            (1_000_900, 100.0, false),
            (1_001_900, 101.0, false),
            (1_003_100, 101.0, false),
            (1_004_000, 0.0, true),
            (1_005_000, 1.0, false),
            (1_300_000, f64::NAN, false),
            (1_300_000, 290.0, true),
        ] {
            flushes.begin(time, false);
            assert_eq!(flushes.has_restarted(uptime), restarted, "at {time}");
        }
    }

    #[test]
    fn messages_without_a_time_are_flushes() {
        let mut flushes = Flushes::default();
        flushes.begin(0, false);
        flushes.begin(0, false);
        assert_eq!((flushes.message(), flushes.first()), (2, 2));
    }

    #[test]
    fn a_series_that_comes_again_begins_a_flush() {
        let mut flushes = Flushes::default();
        flushes.begin(1_000, false);
        flushes.begin(1_000, false);
        assert_eq!(flushes.judge(1), Written::Comparable);
        assert_eq!(flushes.first(), 2);
    }
}
