//! Whether a caller went away before its requests were complete.
//!
//! A request's body is read inside the handler's own step, and neither holds on to the other, so the
//! one tells the other by a flag of the thread.

use std::cell::Cell;

thread_local! {
    static NOTICED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a step of a handler, and says whether the caller was noticed to have gone in it.
#[inline]
pub(crate) fn in_step<T>(step: impl FnOnce() -> T) -> (T, bool) {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            NOTICED.set(self.0);
        }
    }
    let _restore = Restore(NOTICED.replace(false));
    let result = step();
    (result, NOTICED.get())
}

/// A request's body ends, or fails, because the caller has gone.
#[cold]
pub(crate) fn notice() {
    NOTICED.set(true);
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

    #[test]
    fn a_step_that_panics_leaves_nothing_behind() {
        let panics = || {
            in_step(|| {
                notice();
                panic!("as asked");
            })
        };
        let (caught, noticed) = in_step(|| std::panic::catch_unwind(panics));
        assert!(caught.is_err());
        assert!(!noticed);
    }
}
