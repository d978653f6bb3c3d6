//! How long to wait before the next attempt.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
/// So that points are not long in coming once InfluxDB is back.
const LONGEST: Duration = Duration::from_secs(5);
/// The most that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// Doubles with each attempt that fails.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// An attempt has failed; `asked` is what the server would have us wait.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let wait = FIRST.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST);
        self.failures += 1;
        wait.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }

    /// An attempt went well.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_limit_and_begins_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.next(None).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        backoff.failures = u32::MAX - 1;
        assert_eq!(backoff.next(None), LONGEST);
        backoff.reset();
        assert_eq!(backoff.next(None), FIRST);
    }

    #[test]
    fn waits_as_the_server_asks_within_reason() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(backoff.next(Some(Duration::from_secs(3600))), LONGEST_ASKED);
    }
}
