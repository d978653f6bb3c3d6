//! The size of a request.

/// Small enough for InfluxDB's limit (25 MB), and with compression for that of most proxies (1 MB).
const MAX_BYTES: usize = 4 << 20;
/// A request of this size does not time out because of its size.
const MIN_BYTES: usize = 64 << 10;

/// The maximum number of bytes of line protocol in a request, adapted to what the server accepts in time.
#[derive(Debug)]
pub(super) struct BatchSize {
    bytes: usize,
    max_bytes: usize,
}

impl BatchSize {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The server refused a request of this size, and will do so again.
    pub(super) fn too_large(&mut self, bytes: usize) {
        self.max_bytes = self.max_bytes.min(bytes / 2);
        self.bytes = self.bytes.min(self.max_bytes);
    }

    /// The server did not answer a request of this size in time. Returns whether a smaller one may be faster.
    pub(super) fn timed_out(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.min((bytes / 2).max(MIN_BYTES));
        bytes > self.bytes
    }

    /// The server answered a request.
    pub(super) fn answered(&mut self) {
        self.bytes = (self.bytes * 2).clamp(self.max_bytes.min(MIN_BYTES), self.max_bytes);
    }
}

impl Default for BatchSize {
    fn default() -> Self {
        Self { bytes: MAX_BYTES, max_bytes: MAX_BYTES }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinks_after_a_timeout_and_grows_with_each_answer() {
        let mut size = BatchSize::default();
        assert!(size.timed_out(MAX_BYTES));
        assert_eq!(size.bytes(), MAX_BYTES / 2);
        assert!(size.timed_out(MIN_BYTES + 1));
        assert!(!size.timed_out(MIN_BYTES));
        assert_eq!(size.bytes(), MIN_BYTES);
        (0..20).for_each(|_| size.answered());
        assert_eq!(size.bytes(), MAX_BYTES);
    }

    #[test]
    fn stays_below_a_size_that_the_server_refused() {
        let mut size = BatchSize::default();
        size.too_large(10_000);
        size.too_large(100);
        (0..20).for_each(|_| size.answered());
        assert_eq!(size.bytes(), 50);
        size.too_large(1);
        size.answered();
        assert_eq!(size.bytes(), 0);
    }
}
