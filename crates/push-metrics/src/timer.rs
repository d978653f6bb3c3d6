//! Durations: how many, how often, and their distribution over the last minute.

use std::borrow::Borrow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sharded_metrics::{Snapshot, WindowedHistogram};

use crate::rates::{RateClock, Rates};

/// The window of a timer's distribution: one minute.
pub const WINDOW: Duration = Duration::from_secs(60);
const AGE_BUCKETS: usize = 12;

/// Measures durations: their number and rates since the start, and their distribution over the last minute.
///
/// Recording takes no lock. It allocates on a thread's first record only: 15 KiB, in addition to 19 KiB for the timer.
#[derive(Debug)]
pub struct Timer {
    durations: WindowedHistogram,
    clock: RateClock,
}

/// The state of a timer at one point in time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// Number and rates of all durations since the start.
    pub rates: Rates,
    /// The durations of the last minute, in nanoseconds.
    pub durations: Snapshot,
}

impl Timer {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let durations = WindowedHistogram::starting_at(now, WINDOW, AGE_BUCKETS);
        Self { durations, clock: RateClock::new(now) }
    }

    /// Starts a measurement, which is recorded when the returned guard is dropped.
    ///
    /// ```
    /// # let registry = push_metrics::Registry::new();
    /// # let timer = registry.timer("response_time")?;
    /// {
    ///     let _running = timer.start();
    ///     // ... the work, which may return early ...
    /// }
    /// assert_eq!(timer.count(), 1);
    /// # Ok::<_, push_metrics::RegistryError>(())
    /// ```
    #[must_use = "dropping the stopwatch ends the measurement: bind it to a named variable"]
    pub fn start(&self) -> Stopwatch<&Self> {
        Stopwatch::start(self)
    }

    /// As [`start`](Self::start), with a guard that does not borrow the timer. It can be moved into a response body,
    /// for instance.
    #[must_use = "dropping the stopwatch ends the measurement: bind it to a named variable"]
    pub fn start_owned(self: Arc<Self>) -> Stopwatch<Arc<Self>> {
        Stopwatch::start(self)
    }

    /// Records a duration.
    ///
    /// Its age counts from the last call of [`update_at`](Self::update_at) or [`read`](Self::read). A reporter reads on
    /// each push; without a reporter, use `update_at`.
    #[inline]
    pub fn update(&self, duration: Duration) {
        self.durations.record(nanos(duration));
    }

    /// Records a duration that ended at `now`.
    #[inline]
    pub fn update_at(&self, now: Instant, duration: Duration) {
        self.durations.record_at(now, nanos(duration));
    }

    /// Number of durations recorded since the start.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.durations.lifetime_count()
    }

    /// The timer's state at `now`.
    #[must_use]
    pub fn read(&self, now: Instant) -> Reading {
        Reading { rates: self.clock.read(now, self.count()), durations: self.durations.snapshot(now) }
    }
}

/// Saturates after 584 years.
fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}

/// A running measurement. It records the time since its start when it is dropped: after a return, an error or a panic,
/// or when its future is cancelled.
#[derive(Debug)]
pub struct Stopwatch<T: Borrow<Timer>> {
    timer: T,
    begin: Instant,
}

impl<T: Borrow<Timer>> Stopwatch<T> {
    fn start(timer: T) -> Self {
        Self { timer, begin: Instant::now() }
    }
}

impl<T: Borrow<Timer>> Drop for Stopwatch<T> {
    fn drop(&mut self) {
        let end = Instant::now();
        self.timer.borrow().update_at(end, end.saturating_duration_since(self.begin));
    }
}
