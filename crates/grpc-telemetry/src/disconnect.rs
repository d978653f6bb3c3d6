//! Detects that a client disconnected before its requests were complete.
//!
//! The handler polls the request body inside a step of the observed service, and the two share no state. So the body
//! reports a disconnect through a thread-local counter, and the step compares the counter before and after.

use std::cell::Cell;

thread_local! {
    /// The number of disconnects reported in the steps that are running on this thread.
    static DISCONNECTS: Cell<u32> = const { Cell::new(0) };
}

/// Runs a step of a handler, and returns whether a request body reported a disconnect in it.
#[inline]
pub(crate) fn during<T>(step: impl FnOnce() -> T) -> (T, bool) {
    let before = DISCONNECTS.get();
    let result = step();
    let disconnected = DISCONNECTS.get() != before;
    if disconnected {
        // An enclosing step belongs to another call.
        DISCONNECTS.set(before);
    }
    (result, disconnected)
}

/// Reports that a request body ended or failed because its client disconnected.
#[cold]
pub(crate) fn report() {
    DISCONNECTS.set(DISCONNECTS.get().wrapping_add(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_detects_disconnect() {
        assert_eq!(during(|| 1), (1, false));
        assert_eq!(during(report), ((), true));
        assert_eq!(during(|| 2), (2, false));
    }

    #[test]
    fn nested_steps_are_independent() {
        assert_eq!(during(|| during(report)), (((), true), false));
        let outer = during(|| {
            report();
            during(|| ())
        });
        assert_eq!(outer, (((), false), true));
    }
}
