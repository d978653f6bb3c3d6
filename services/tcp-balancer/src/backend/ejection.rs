//! Passive ejection: a backend whose connections fail gets no new ones for a while, as with nginx's `max_fails` and
//! `fail_timeout`.

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::config::EjectionLimits;

/// The failed attempts to connect to a backend.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<Option<Window>>);

/// The period in which failures are counted. It begins with the first failure after a success.
#[derive(Clone, Copy, Debug)]
struct Window {
    fails: u32,
    failed_at: Instant,
    /// The last failure or, after the timeout, the next attempt.
    checked_at: Instant,
    /// The limits at the last failure.
    limits: EjectionLimits,
}

impl Failures {
    /// Whether the backend gets no connections now, as long as others are available.
    pub(crate) fn is_ejected(&self, now: Instant) -> bool {
        self.0.lock().is_some_and(|window| window.is_full() && !window.has_timed_out(now))
    }

    /// Records the beginning of an attempt. After the timeout, it is the only one until it has succeeded or failed, or the
    /// timeout has passed again, unless no other backend is available.
    pub(crate) fn begin(&self, now: Instant) {
        if let Some(window) = &mut *self.0.lock()
            && (window.is_full() || window.has_timed_out(now))
        {
            window.checked_at = now;
        }
    }

    /// Records a failed attempt. Returns whether it ejects the backend.
    pub(crate) fn fail(&self, limits: EjectionLimits, now: Instant) -> bool {
        let mut window = self.0.lock();
        let (fails, was_full) =
            window.map_or((1, false), |window| (window.fails.saturating_add(1), window.is_full()));
        let new = Window { fails, failed_at: now, checked_at: now, limits };
        *window = Some(new);
        new.is_full() && !was_full
    }

    /// Records a successful attempt: it ends the period if its timeout has passed. Returns whether the backend was ejected
    /// before.
    pub(crate) fn succeed(&self) -> bool {
        let ended = self.0.lock().take_if(|window| window.failed_at < window.checked_at);
        ended.is_some_and(|window| window.is_full())
    }

    /// Forgets all failures.
    pub(crate) fn clear(&self) {
        *self.0.lock() = None;
    }
}

impl Window {
    fn is_full(&self) -> bool {
        self.limits.max_fails > 0 && self.fails >= self.limits.max_fails
    }

    fn has_timed_out(&self, now: Instant) -> bool {
        now.duration_since(self.checked_at) > self.limits.fail_timeout
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: EjectionLimits = EjectionLimits { max_fails: 2, fail_timeout: Duration::from_secs(10) };

    /// The start, and the time `seconds` later.
    fn clock() -> impl Fn(u64) -> Instant {
        let start = Instant::now();
        move |seconds| start + Duration::from_secs(seconds)
    }

    #[test]
    fn enough_failures_eject_for_the_timeout_and_then_one_attempt_decides() {
        let (failures, at) = (Failures::default(), clock());
        assert!(!failures.fail(LIMITS, at(0)));
        assert!(!failures.is_ejected(at(0)));
        assert!(failures.fail(LIMITS, at(1)));
        assert!(failures.is_ejected(at(11)));
        assert!(!failures.is_ejected(at(12)));
        failures.begin(at(12));
        assert!(failures.is_ejected(at(12)), "the attempt is the only one");
        assert!(!failures.fail(LIMITS, at(13)), "it was ejected already");
        assert!(failures.is_ejected(at(23)));
        failures.begin(at(24));
        assert!(failures.succeed());
        assert!(!failures.is_ejected(at(24)));
    }

    #[test]
    fn failures_count_within_the_timeout_whatever_succeeds_in_between() {
        let (failures, at) = (Failures::default(), clock());
        failures.fail(LIMITS, at(0));
        failures.begin(at(5));
        assert!(!failures.succeed());
        assert!(failures.fail(LIMITS, at(6)));
        let failures = Failures::default();
        failures.fail(LIMITS, at(0));
        failures.begin(at(11));
        failures.succeed();
        assert!(!failures.fail(LIMITS, at(12)), "the first failure is too old");
    }

    #[test]
    fn without_a_maximum_no_failure_ejects() {
        let (failures, at, never) = (Failures::default(), clock(), EjectionLimits { max_fails: 0, ..LIMITS });
        for _ in 0..10 {
            assert!(!failures.fail(never, at(0)));
        }
        assert!(!failures.is_ejected(at(0)));
    }
}
