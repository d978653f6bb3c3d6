//! Passive ejection: a backend whose connections fail gets no new ones for a while, as with nginx's `max_fails` and
//! `fail_timeout`.

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::config::EjectionLimits;

/// The failed attempts to connect to a backend.
#[derive(Debug)]
pub(crate) struct Failures(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    /// The limits that apply now, also to earlier failures.
    limits: EjectionLimits,
    window: Option<Window>,
}

/// The period in which failures are counted. It begins with the first failure after a success.
#[derive(Clone, Copy, Debug)]
struct Window {
    fails: u32,
    failed_at: Instant,
    /// The last failure or, after the timeout, the next attempt.
    checked_at: Instant,
}

impl Failures {
    pub(crate) fn new(limits: EjectionLimits) -> Self {
        Self(Mutex::new(State { limits, window: None }))
    }

    pub(crate) fn limits(&self) -> EjectionLimits {
        self.0.lock().limits
    }

    /// Changes the limits. The failures so far are kept: with other limits, they may no longer eject the backend.
    pub(crate) fn set_limits(&self, limits: EjectionLimits) {
        self.0.lock().limits = limits;
    }

    /// Whether the backend gets no connections now, as long as others are available.
    pub(crate) fn is_ejected(&self, now: Instant) -> bool {
        let state = self.0.lock();
        state.is_full() && !state.has_timed_out(now)
    }

    /// Records the beginning of an attempt. After the timeout, it is the only one until it has succeeded or failed, or the
    /// timeout has passed again, unless no other backend is available.
    pub(crate) fn begin(&self, now: Instant) {
        let mut state = self.0.lock();
        let decides = state.is_full() || state.has_timed_out(now);
        if let Some(window) = state.window.as_mut().filter(|_| decides) {
            window.checked_at = now;
        }
    }

    /// Records a failed attempt. Returns whether it ejects the backend.
    pub(crate) fn fail(&self, now: Instant) -> bool {
        let mut state = self.0.lock();
        let was_full = state.is_full();
        let fails = state.window.map_or(0, |window| window.fails).saturating_add(1);
        state.window = Some(Window { fails, failed_at: now, checked_at: now });
        state.is_full() && !was_full
    }

    /// Records a successful attempt: it ends the period if its timeout has passed. Returns whether the backend was ejected
    /// before.
    pub(crate) fn succeed(&self) -> bool {
        let mut state = self.0.lock();
        let was_full = state.is_full();
        state.window.take_if(|window| window.failed_at < window.checked_at).is_some() && was_full
    }

    /// Forgets all failures.
    pub(crate) fn clear(&self) {
        self.0.lock().window = None;
    }
}

impl State {
    fn is_full(&self) -> bool {
        let max_fails = self.limits.max_fails;
        max_fails > 0 && self.window.is_some_and(|window| window.fails >= max_fails)
    }

    fn has_timed_out(&self, now: Instant) -> bool {
        self.window.is_some_and(|window| now.duration_since(window.checked_at) > self.limits.fail_timeout)
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
        let (failures, at) = (Failures::new(LIMITS), clock());
        assert!(!failures.fail(at(0)));
        assert!(!failures.is_ejected(at(0)));
        assert!(failures.fail(at(1)));
        assert!(failures.is_ejected(at(11)));
        assert!(!failures.is_ejected(at(12)));
        failures.begin(at(12));
        assert!(failures.is_ejected(at(12)), "the attempt is the only one");
        assert!(!failures.fail(at(13)), "it was ejected already");
        assert!(failures.is_ejected(at(23)));
        failures.begin(at(24));
        assert!(failures.succeed());
        assert!(!failures.is_ejected(at(24)));
    }

    #[test]
    fn failures_count_within_the_timeout_whatever_succeeds_in_between() {
        let (failures, at) = (Failures::new(LIMITS), clock());
        failures.fail(at(0));
        failures.begin(at(5));
        assert!(!failures.succeed());
        assert!(failures.fail(at(6)));
        let failures = Failures::new(LIMITS);
        failures.fail(at(0));
        failures.begin(at(11));
        failures.succeed();
        assert!(!failures.fail(at(12)), "the first failure is too old");
    }

    #[test]
    fn without_a_maximum_no_failure_ejects() {
        let never = EjectionLimits { max_fails: 0, ..LIMITS };
        let (failures, at) = (Failures::new(never), clock());
        for _ in 0..10 {
            assert!(!failures.fail(at(0)));
        }
        assert!(!failures.is_ejected(at(0)));
    }

    #[test]
    fn changed_limits_apply_to_earlier_failures() {
        let (failures, at) = (Failures::new(LIMITS), clock());
        failures.fail(at(0));
        failures.set_limits(EjectionLimits { max_fails: 1, ..LIMITS });
        assert!(failures.is_ejected(at(5)));
        failures.set_limits(EjectionLimits { fail_timeout: Duration::from_secs(4), max_fails: 1 });
        assert!(!failures.is_ejected(at(5)));
        failures.set_limits(EjectionLimits { max_fails: 0, ..LIMITS });
        assert!(!failures.is_ejected(at(5)));
        assert!(!failures.fail(at(6)));
    }
}
