//! Groups the messages of a node into flushes.
//!
//! Envoy sends a flush as one message, or as several with `batch_size`. Each metric has the time of the snapshot, in
//! milliseconds, so the messages of one flush have one timestamp and those of the next flush have another. A stream
//! starts with a flush of its own, and a message without timestamps is one.

/// A flush of a node, numbered from 1 in the order received. 0 stands for none.
pub(crate) type FlushNumber = u32;

/// The newest flush of a node, and the flush with which its newest stream started.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FlushTracker {
    flush: FlushNumber,
    stream_start: FlushNumber,
    /// 0 without timestamps.
    timestamp_ms: i64,
    /// The newest stream has not sent a metric yet.
    is_stream_pending: bool,
    /// Messages of the newest flush, and of the one before.
    messages: u32,
    previous_messages: u32,
    /// The timestamp of the newest flush that is complete, as far as is known.
    complete_ms: i64,
}

impl FlushTracker {
    /// Starts a message whose first metric has this timestamp, or that has no metrics. Returns whether a flush starts.
    pub(crate) fn start_message(&mut self, timestamp_ms: Option<i64>, new_stream: bool) -> bool {
        self.is_stream_pending |= new_stream;
        let Some(timestamp_ms) = timestamp_ms else { return false };
        if !self.is_stream_pending && timestamp_ms != 0 && timestamp_ms == self.timestamp_ms {
            self.count_message();
            return false;
        }
        // A flush that broke off with its stream has fewer messages than a whole one.
        if !self.is_stream_pending || self.messages > self.previous_messages {
            self.previous_messages = self.messages;
        }
        self.messages = 0;
        // A series keeps its number until its next flush or until it is stale, so numbers can be reused.
        self.flush = self.flush.wrapping_add(1).max(1);
        self.timestamp_ms = timestamp_ms;
        if std::mem::take(&mut self.is_stream_pending) {
            self.stream_start = self.flush;
        }
        self.count_message();
        true
    }

    /// The stream does not mark the end of a flush: it is complete if it has as many messages as the one before.
    fn count_message(&mut self) {
        self.messages = self.messages.saturating_add(1);
        if self.messages >= self.previous_messages {
            self.complete_ms = self.timestamp_ms;
        }
    }

    /// The timestamp of the newest flush that is complete, in milliseconds since the Unix epoch; `None` if unknown.
    pub(crate) fn complete_ms(&self) -> Option<i64> {
        Some(self.complete_ms).filter(|timestamp_ms| *timestamp_ms != 0)
    }

    /// The newest flush.
    #[inline]
    pub(crate) fn flush(&self) -> FlushNumber {
        self.flush
    }

    /// A number for what was written before the newest flush, on an older stream.
    pub(crate) fn before(&self) -> FlushNumber {
        match self.flush.wrapping_sub(1) {
            0 => FlushNumber::MAX,
            before => before,
        }
    }

    /// The timestamp of the newest flush, in milliseconds since the Unix epoch; 0 without timestamps.
    pub(crate) fn timestamp_ms(&self) -> i64 {
        self.timestamp_ms
    }

    /// Whether the newest flush is the first of its stream.
    #[inline]
    pub(crate) fn is_first_of_stream(&self) -> bool {
        self.flush == self.stream_start
    }

    /// Whether a flush came on an older stream than the newest flush.
    pub(crate) fn is_of_older_stream(&self, flush: FlushNumber) -> bool {
        flush.wrapping_sub(self.stream_start).cast_signed() < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_one_stream_with_one_timestamp_are_one_flush() {
        let mut flushes = FlushTracker::default();
        assert!(flushes.start_message(Some(1_000), true));
        assert!(!flushes.start_message(Some(1_000), false));
        assert!(!flushes.start_message(None, false));
        assert!(!flushes.start_message(Some(1_000), false));
        assert_eq!(flushes.flush(), 1);
        assert!(flushes.start_message(Some(2_000), false));
        // The clock may be set back.
        assert!(flushes.start_message(Some(1_000), false));
        assert_eq!(flushes.flush(), 3);
    }

    #[test]
    fn each_message_without_a_timestamp_is_a_flush() {
        let mut flushes = FlushTracker::default();
        assert!(flushes.start_message(Some(0), true));
        assert!(flushes.start_message(Some(0), false));
    }

    #[test]
    fn a_stream_starts_with_a_flush_of_its_own() {
        let mut flushes = FlushTracker::default();
        flushes.start_message(Some(1_000), true);
        flushes.start_message(Some(2_000), false);
        assert!(!flushes.is_first_of_stream());
        // The first message of a stream may have no metrics.
        assert!(!flushes.start_message(None, true));
        assert!(flushes.start_message(Some(2_000), false));
        assert!(flushes.is_first_of_stream());
        assert!(flushes.is_of_older_stream(2) && !flushes.is_of_older_stream(3));
    }

    #[test]
    fn a_flush_is_complete_with_as_many_messages_as_the_flush_before() {
        let mut flushes = FlushTracker::default();
        assert_eq!(flushes.complete_ms(), None);
        let mut complete_after = |timestamp_ms, new_stream| {
            flushes.start_message(Some(timestamp_ms), new_stream);
            flushes.complete_ms()
        };
        assert_eq!([true, false].map(|new| complete_after(1_000, new)), [Some(1_000); 2]);
        assert_eq!([false; 3].map(|new| complete_after(2_000, new)), [Some(1_000), Some(2_000), Some(2_000)]);
        assert_eq!(complete_after(3_000, false), Some(2_000));
        // The stream broke off.
        assert_eq!([true, false].map(|new| complete_after(4_000, new)), [Some(2_000); 2]);
        assert_eq!(complete_after(4_000, false), Some(4_000));
    }

    #[test]
    fn numbers_wrap_without_zero() {
        let mut flushes = FlushTracker { flush: u32::MAX - 1, stream_start: 7, ..FlushTracker::default() };
        flushes.start_message(Some(1), true);
        flushes.start_message(Some(2), false);
        assert_eq!(flushes.flush(), 1);
        assert!(!flushes.is_of_older_stream(1) && !flushes.is_of_older_stream(u32::MAX));
        assert!(flushes.is_of_older_stream(u32::MAX - 1));
    }
}
