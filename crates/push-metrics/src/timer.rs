//! How long things take, and how often they happen.

mod stopwatch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sharded_metrics::{Snapshot, WindowedHistogram};

use crate::rates::{RateClock, Rates};

pub use stopwatch::Stopwatch;

/// What a timer's quantiles are of.
pub const WINDOW: Duration = Duration::from_secs(60);
const AGE_BUCKETS: usize = 12;

/// Durations in nanoseconds: the number of all of them, and the shape of the last minute's.
///
/// Recording takes no lock and, but for a thread's first time, no memory. Memory: about 15 KiB, and 15 KiB for each
/// thread that records.
#[derive(Debug)]
pub struct Timer {
    durations: WindowedHistogram,
    clock: RateClock,
}

/// A timer as it was at a moment.
#[derive(Clone, Debug)]
pub struct Reading {
    /// How many durations there ever were, and how often they come.
    pub rates: Rates,
    /// Those of the last minute; nanoseconds.
    pub durations: Snapshot,
}

impl Timer {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let durations = WindowedHistogram::starting_at(now, WINDOW, AGE_BUCKETS);
        Self { durations, clock: RateClock::new(now) }
    }

    /// Starts measuring: what it returns records when it is dropped.
    ///
    /// ```
    /// # let registry = push_metrics::Registry::new();
    /// # let timer = registry.timer("response_time")?;
    /// {
    ///     let _running = timer.start();
    ///     // ... the work, with any number of ways out ...
    /// }
    /// assert_eq!(timer.count(), 1);
    /// # Ok::<_, push_metrics::RegistryError>(())
    /// ```
    #[must_use = "it records when it is dropped: give it a name that lives as long as the work"]
    pub fn start(&self) -> Stopwatch<&Self> {
        Stopwatch::start(self)
    }

    /// As [`start`](Self::start), for work that borrows nothing, such as a reply's body.
    #[must_use = "it records when it is dropped: give it a name that lives as long as the work"]
    pub fn start_owned(self: Arc<Self>) -> Stopwatch<Arc<Self>> {
        Stopwatch::start(self)
    }

    /// Records a duration that was measured elsewhere. It takes its age from the last reading, which a reporter makes
    /// with each push; without a reporter, [`update_at`](Self::update_at) is exact.
    #[inline]
    pub fn update(&self, duration: Duration) {
        self.durations.record(nanos(duration));
    }

    /// Records a duration that ended at `now`.
    #[inline]
    pub fn update_at(&self, now: Instant, duration: Duration) {
        self.durations.record_at(now, nanos(duration));
    }

    /// How many durations were ever recorded.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.durations.lifetime_count()
    }

    /// What there is to say at `now`.
    #[must_use]
    pub fn read(&self, now: Instant) -> Reading {
        Reading { rates: self.clock.read(now, self.count()), durations: self.durations.snapshot(now) }
    }
}

/// 584 years at most.
fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos().into())
}
