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
}

impl FlushTracker {
    /// Starts a message whose first metric has this timestamp, or that has no metrics. Returns whether a flush starts.
    pub(crate) fn start_message(&mut self, timestamp_ms: Option<i64>, new_stream: bool) -> bool {
        self.is_stream_pending |= new_stream;
        let Some(timestamp_ms) = timestamp_ms else { return false };
        if !self.is_stream_pending && timestamp_ms != 0 && timestamp_ms == self.timestamp_ms {
            return false;
        }
        // A series keeps its number until its next flush or until it is stale, so numbers can be reused.
        self.flush = self.flush.wrapping_add(1).max(1);
        self.timestamp_ms = timestamp_ms;
        if std::mem::take(&mut self.is_stream_pending) {
            self.stream_start = self.flush;
        }
        true
    }

    /// The newest flush.
    #[inline]
    pub(crate) fn flush(&self) -> FlushNumber {
        self.flush
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
    fn numbers_wrap_without_zero() {
        let mut flushes = FlushTracker { flush: u32::MAX - 1, stream_start: 7, ..FlushTracker::default() };
        flushes.start_message(Some(1), true);
        flushes.start_message(Some(2), false);
        assert_eq!(flushes.flush(), 1);
        assert!(!flushes.is_of_older_stream(1) && !flushes.is_of_older_stream(u32::MAX));
        assert!(flushes.is_of_older_stream(u32::MAX - 1));
    }
}
