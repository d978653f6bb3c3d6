//! Whether a caller went away before its requests were complete.
//!
//! A request's body is read inside the handler's own step, and neither holds on to the other, so the
//! one tells the other by a counter of the thread.

use std::cell::Cell;

thread_local! {
    /// How often it was noticed, in the steps that are under way.
    static NOTICED: Cell<u32> = const { Cell::new(0) };
}

/// Runs a step of a handler, and says whether the caller was noticed to have gone in it.
#[inline]
pub(crate) fn in_step<T>(step: impl FnOnce() -> T) -> (T, bool) {
    let before = NOTICED.get();
    let result = step();
    let noticed = NOTICED.get() != before;
    if noticed {
        // A step around this one is another call's.
        NOTICED.set(before);
    }
    (result, noticed)
}

/// A request's body ends, or fails, because the caller has gone.
#[cold]
pub(crate) fn notice() {
    NOTICED.set(NOTICED.get().wrapping_add(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_sees_what_is_noticed_in_it() {
        assert_eq!(in_step(|| 1), (1, false));
        assert_eq!(in_step(notice), ((), true));
        assert_eq!(in_step(|| 2), (2, false));
    }

    #[test]
    fn a_step_within_a_step_keeps_to_itself() {
        assert_eq!(in_step(|| in_step(notice)), (((), true), false));
        let outer = in_step(|| {
            notice();
            in_step(|| ())
        });
        assert_eq!(outer, (((), false), true));
    }
}
