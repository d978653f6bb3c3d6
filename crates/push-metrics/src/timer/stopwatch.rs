//! A duration that is being measured.

use std::borrow::Borrow;
use std::time::Instant;

use super::Timer;

/// Records the time from its start when it is dropped, on whatever way: a return, an error, a panic, a future that
/// nobody waits for any more.
#[derive(Debug)]
pub struct Stopwatch<T: Borrow<Timer>> {
    timer: T,
    begin: Instant,
}

impl<T: Borrow<Timer>> Stopwatch<T> {
    pub(super) fn start(timer: T) -> Self {
        Self { timer, begin: Instant::now() }
    }
}

impl<T: Borrow<Timer>> Drop for Stopwatch<T> {
    fn drop(&mut self) {
        let end = Instant::now();
        self.timer.borrow().update_at(end, end.saturating_duration_since(self.begin));
    }
}
