//! Which messages of a node belong together.
//!
//! Envoy sends a flush as one message, or with `batch_size` as several; all metrics of a flush bear the same time. A
//! sender that gives no time is taken to flush with each message, and so is one whose clock stands still: a series
//! that comes again belongs to another flush.

use super::series::MessageNumber;

/// Where a node's newest flush, and the one before, begin.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flushes {
    message: MessageNumber,
    first: MessageNumber,
    previous: MessageNumber,
    timestamp_ms: i64,
}

/// What the message that wrote a series last is to the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// The series has not been written since it began anew.
    Never,
    /// It is the same message.
    ThisMessage,
    /// It belongs to this flush, or to the one before.
    Lately,
    /// It is older: the series was away for a flush.
    Before,
}

impl Flushes {
    /// Begins a message whose metrics bear this time.
    pub(crate) fn begin(&mut self, timestamp_ms: i64) {
        // In the distant future, a wrapped number only makes a series look new once.
        self.message = self.message.wrapping_add(1).max(1);
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
        if message >= self.previous { Written::Lately } else { Written::Before }
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
        flushes.begin(1_000);
        flushes.begin(1_000);
        assert_eq!((flushes.message(), flushes.first()), (2, 1));
        assert_eq!(flushes.judge(2), Written::ThisMessage);
        flushes.begin(2_000);
        assert_eq!((flushes.message(), flushes.first()), (3, 3));
        assert_eq!(flushes.judge(1), Written::Lately);
        flushes.begin(3_000);
        assert_eq!(flushes.judge(2), Written::Before);
        assert_eq!(flushes.judge(0), Written::Never);
    }

    #[test]
    fn messages_without_a_time_are_flushes() {
        let mut flushes = Flushes::default();
        flushes.begin(0);
        flushes.begin(0);
        assert_eq!((flushes.message(), flushes.first()), (2, 2));
    }

    #[test]
    fn a_series_that_comes_again_begins_a_flush() {
        let mut flushes = Flushes::default();
        flushes.begin(1_000);
        flushes.begin(1_000);
        assert_eq!(flushes.judge(1), Written::Lately);
        assert_eq!(flushes.first(), 2);
    }
}
