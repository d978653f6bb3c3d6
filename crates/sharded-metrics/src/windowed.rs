//! A histogram of `u64` values over a sliding window, that many threads record into at once.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use sharded_metrics::WindowedHistogram;
//!
//! let latencies = WindowedHistogram::new(Duration::from_secs(60), 6);
//! for value in 1..=1000 {
//!     latencies.record(value);
//! }
//! let last_minute = latencies.snapshot(Instant::now());
//! assert_eq!((last_minute.count(), last_minute.min(), last_minute.max()), (1000, 1, 1000));
//! assert!((last_minute.quantile(0.99) - 990.0).abs() <= 9.9);
//! ```
//!
//! **Error.** Cells are log-linear: a value below 128 has a cell of its own, above that each power of two has 64. A
//! quantile is at most 0.79 % off the exact one of the window, for any `u64`; count, sum, minimum and maximum are
//! exact, and so is the mean.
//!
//! **Speed.** Each thread adds to cells that only it writes, by a load and a store: no lock, no locked instruction,
//! no cache line that another thread writes. A thread's first record into a histogram allocates its cells, later ones
//! allocate nothing. (Threads beyond 256 at a time share cells, by locked instructions; so does one that is ending.)
//!
//! **Memory.** 15 KiB for each thread that records (a later thread takes over the cells of one that has ended),
//! 15 KiB once, and 8 bytes for each cell that is not empty in each age bucket but the current: latencies from 1 ms to
//! 1 s fill at most 640. A snapshot holds 16 bytes for each cell that is not empty. For the sake of this, a cell of an
//! age bucket counts to 2^32, where it wraps around: 400 million values a second in ten seconds, all within 1.6 %.
//!
//! **Window.** It is cut into age buckets. [`WindowedHistogram::advance`] closes the current one when its time is
//! over, and drops those that have left the window. A record belongs to the age bucket that was current at the last
//! `advance` before it, so that values neither stay longer than the window nor leave it earlier than one age bucket
//! before its end. To hold to that, whoever records advances, too (with [`WindowedHistogram::record_at`], if it has
//! the time anyway), or something else advances at least once in each age bucket.
//!
//! **Concurrency.** No record is lost or counted twice, whatever runs at the same time. One that runs at the same time
//! as the end of an age bucket belongs to the one before or the one after, and its value and its part of the sum may
//! fall on different sides. Where it was the smallest or the largest, the minimum or maximum is then as exact as the
//! cells, and exact again with the next one. A snapshot taken meanwhile may hold its value and not yet its part of
//! the sum.
//!
//! Why not the crate `histogram`, whose atomic histogram has the same cells: it adds to shared cells with a locked
//! instruction, twice as long as a record here alone, and ten times where two threads do so; it has no sum, minimum or
//! maximum, which would be locked instructions more, and a ring of it holds every cell for every age bucket.

mod cells;
mod extremes;
mod shard;
mod snapshot;
mod window;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::per_thread::{Part, PerThread};
use parking_lot::Mutex;

use crate::windowed::extremes::Extremes;
use crate::windowed::shard::Shard;
use crate::windowed::window::Window;

pub use snapshot::Snapshot;

/// See the [crate's documentation](crate).
#[derive(Debug)]
pub struct WindowedHistogram {
    shards: PerThread<Box<Shard>>,
    extremes: Extremes,
    begin: Instant,
    /// In nanoseconds.
    age_bucket: u64,
    /// When the current age bucket ends: nanoseconds after `begin`.
    due: AtomicU64,
    window: Mutex<Window>,
}

impl WindowedHistogram {
    /// Empty, over a window of this length, cut into this many age buckets.
    ///
    /// # Panics
    ///
    /// If there is no age bucket, or the window is shorter than one nanosecond for each.
    #[must_use]
    pub fn new(window: Duration, age_buckets: usize) -> Self {
        Self::starting(Instant::now(), window, age_buckets)
    }

    /// As [`new`](Self::new), with the first age bucket beginning at `now`.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    pub fn starting(now: Instant, window: Duration, age_buckets: usize) -> Self {
        let buckets = u128::try_from(age_buckets).expect("fits");
        let age_bucket = window.as_nanos().checked_div(buckets).expect("an age bucket or more");
        let age_bucket = u64::try_from(age_bucket).unwrap_or(u64::MAX);
        assert!(age_bucket > 0, "an age bucket of a nanosecond or more");
        Self {
            shards: PerThread::new(),
            extremes: Extremes::new(),
            begin: now,
            age_bucket,
            due: AtomicU64::new(age_bucket),
            window: Mutex::new(Window::new(age_buckets)),
        }
    }

    /// Adds a value to the current age bucket.
    #[inline]
    pub fn record(&self, value: u64) {
        match self.shards.part(Box::default) {
            Part::Own(shard) => shard.record(value),
            Part::Shared(shard) => shard.record_shared(value),
        }
        self.extremes.widen(value);
    }

    /// [`advance`](Self::advance), then [`record`](Self::record).
    #[inline]
    pub fn record_at(&self, now: Instant, value: u64) {
        self.advance(now);
        self.record(value);
    }

    /// Closes the current age bucket if its time is over, and drops those that have left the window. However late it
    /// comes, what was recorded keeps its age.
    ///
    /// It does not wait: where another thread does the same or takes a snapshot, it leaves the rest to that thread or
    /// to the next call. Time before an earlier call's does nothing.
    #[inline]
    pub fn advance(&self, now: Instant) {
        if self.nanos(now) >= self.due.load(Ordering::Relaxed)
            && let Some(mut window) = self.window.try_lock()
        {
            self.rotate(&mut window, now);
        }
    }

    /// What the window holds at `now`, after an [`advance`](Self::advance). Waits for other snapshots, and holds up
    /// no record.
    #[must_use]
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let mut window = self.window.lock();
        self.rotate(&mut window, now);
        window.snapshot(self.shards(), &self.extremes)
    }

    /// How many values were ever recorded; wraps around.
    #[must_use]
    pub fn lifetime_count(&self) -> u64 {
        self.shards().map(Shard::count).fold(0, u64::wrapping_add)
    }

    /// The sum of all values ever recorded; wraps around.
    #[must_use]
    pub fn lifetime_sum(&self) -> u64 {
        self.shards().map(Shard::sum).fold(0, u64::wrapping_add)
    }

    #[cold]
    fn rotate(&self, window: &mut Window, now: Instant) {
        let nanos = self.nanos(now);
        // Another thread may have been faster.
        if nanos >= self.due.load(Ordering::Relaxed) {
            let epoch = nanos / self.age_bucket;
            window.rotate(epoch, self.shards(), &self.extremes);
            self.due.store((epoch + 1).saturating_mul(self.age_bucket), Ordering::Relaxed);
        }
    }

    #[inline]
    fn nanos(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.begin);
        since.as_secs().saturating_mul(1_000_000_000).saturating_add(since.subsec_nanos().into())
    }

    fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter().map(|shard| &**shard)
    }
}

/// The example of the page that introduces the crate compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Introduction;
