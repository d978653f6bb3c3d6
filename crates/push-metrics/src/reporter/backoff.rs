//! Exponential backoff between attempts.

use std::time::Duration;

const MIN_DELAY: Duration = Duration::from_millis(100);
/// Short enough that points arrive soon after InfluxDB is available again.
const MAX_DELAY: Duration = Duration::from_secs(5);
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The delay before the next attempt. It doubles with each failure.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failed attempt, and returns the delay before the next one: at least `retry_after`, the delay that the
    /// server requests, up to 30 s.
    pub(super) fn next(&mut self, retry_after: Option<Duration>) -> Duration {
        let delay = MIN_DELAY.saturating_mul(2_u32.saturating_pow(self.failures)).min(MAX_DELAY);
        self.failures = self.failures.saturating_add(1);
        delay.max(retry_after.unwrap_or_default().min(MAX_RETRY_AFTER))
    }

    /// Starts again with the shortest delay.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_maximum_until_reset() {
        let mut backoff = Backoff::default();
        let delays: Vec<_> = (0..8).map(|_| backoff.next(None).as_millis()).collect();
        assert_eq!(delays, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        backoff.failures = u32::MAX;
        assert_eq!(backoff.next(None), MAX_DELAY);
        backoff.reset();
        assert_eq!(backoff.next(None), MIN_DELAY);
    }

    #[test]
    fn honours_retry_after_up_to_the_maximum() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(backoff.next(Some(Duration::from_secs(3600))), MAX_RETRY_AFTER);
    }
}
