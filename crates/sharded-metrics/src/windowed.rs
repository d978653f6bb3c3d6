//! A histogram of `u64` values over a sliding window.

mod log_linear;
mod shard;
mod snapshot;
mod window;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::per_thread::{self, PerThread};
use crate::windowed::shard::{Extremes, Shard};
use crate::windowed::window::Window;

pub use snapshot::Snapshot;

/// A histogram of `u64` values over a sliding window, which many threads can record into at once.
///
/// ```
/// use std::time::{Duration, Instant};
/// use sharded_metrics::WindowedHistogram;
///
/// let latencies = WindowedHistogram::new(Duration::from_secs(60), 6);
/// for value in 1..=1000 {
///     latencies.record(value);
/// }
/// let last_minute = latencies.snapshot(Instant::now());
/// assert_eq!((last_minute.count(), last_minute.min(), last_minute.max()), (1000, 1, 1000));
/// assert!((last_minute.quantile(0.99) - 990.0).abs() <= 9.9);
/// ```
///
/// # Accuracy
///
/// Values are counted in log-linear buckets: each value below 128 has a bucket of its own, and each power of two above
/// is divided into 64. A quantile differs from the window's exact one by at most 0.79 %, for any `u64`. Count, sum,
/// minimum, maximum and mean are exact, except for records concurrent with the end of an age bucket (see below).
///
/// A bucket counts up to 2^32 in one age bucket, then wraps around: that takes 400 million records a second for ten
/// seconds, all within 1.6 % of each other.
///
/// # Window
///
/// The window is divided into age buckets. [`advance`](Self::advance) closes the current age bucket when its time is
/// over, and drops those that have left the window. A record belongs to the age bucket that is current when it is
/// made. A snapshot therefore contains every value that is younger than the window less one age bucket, and none
/// that is older than the window.
///
/// This holds only if something calls `advance` at least once in each age bucket:
/// [`record_at`](Self::record_at) and [`snapshot`](Self::snapshot) do.
///
/// # Speed
///
/// A record is a few loads and stores to memory that only the calling thread writes, without allocation. A new minimum
/// or maximum of the age bucket is also an atomic operation on shared memory. The first
/// record of a thread allocates its shard. Threads beyond the first [`OWNED_SHARDS`](crate::OWNED_SHARDS) share one
/// and use atomic additions.
///
/// The atomic histogram of the crate `histogram` has the same buckets, but no sum, minimum or maximum. It adds to
/// shared counters, which takes twice as long on one thread and ten times as long on two.
///
/// # Memory
///
/// 19 KiB once, 15 KiB for each thread that records, and 8 bytes for each value bucket that is not empty in each
/// closed age bucket (latencies from 1 ms to 1 s fill at most 640). A snapshot takes 16 bytes for each value bucket
/// that is not empty.
///
/// # Concurrency
///
/// No record is lost or counted twice. A record concurrent with the end of an age bucket belongs to the age bucket
/// before or after it, and its value and its addition to the sum may differ in that. If it was the minimum or maximum,
/// that figure is as accurate as the buckets until the age bucket leaves the window. A snapshot concurrent with a
/// record may contain the value and not yet its addition to the sum.
#[derive(Debug)]
pub struct WindowedHistogram {
    shards: PerThread<Box<Shard>>,
    extremes: Extremes,
    start: Instant,
    age_bucket_nanos: u64,
    /// End of the current age bucket, in nanoseconds after `start`.
    age_bucket_end: AtomicU64,
    window: Mutex<Window>,
}

impl WindowedHistogram {
    /// An empty histogram over a window that is divided into `age_buckets`.
    ///
    /// # Panics
    ///
    /// If `age_buckets` is 0, or the window is shorter than one nanosecond for each.
    #[must_use]
    pub fn new(window: Duration, age_buckets: usize) -> Self {
        Self::starting_at(Instant::now(), window, age_buckets)
    }

    /// As [`new`](Self::new), with a first age bucket that begins at `start`.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    pub fn starting_at(start: Instant, window: Duration, age_buckets: usize) -> Self {
        assert!(age_buckets > 0, "a window needs at least one age bucket");
        let age_bucket_nanos = u64::try_from(window.as_nanos() / age_buckets as u128).unwrap_or(u64::MAX);
        assert!(age_bucket_nanos > 0, "an age bucket needs at least one nanosecond");
        Self {
            shards: PerThread::new(),
            extremes: Extremes::new(),
            start,
            age_bucket_nanos,
            age_bucket_end: AtomicU64::new(age_bucket_nanos),
            window: Mutex::new(Window::new(age_buckets)),
        }
    }

    /// Records a value in the current age bucket.
    #[inline]
    pub fn record(&self, value: u64) {
        match self.shards.shard(Box::default) {
            per_thread::Shard::Owned(shard) => shard.get().record(value),
            per_thread::Shard::Shared(shard) => shard.record_shared(value),
        }
        self.extremes.widen(value);
    }

    /// Calls [`advance`](Self::advance), then [`record`](Self::record).
    #[inline]
    pub fn record_at(&self, now: Instant, value: u64) {
        self.advance(now);
        self.record(value);
    }

    /// Closes the current age bucket if its time is over, and drops those that have left the window. If the call is
    /// late, recorded values keep the age bucket in which they were recorded.
    ///
    /// It does not block: if another thread is advancing or taking a snapshot, it leaves the work to that thread or to
    /// the next call. A `now` before that of an earlier call has no effect.
    #[inline]
    pub fn advance(&self, now: Instant) {
        if self.nanos_since_start(now) >= self.age_bucket_end.load(Ordering::Relaxed)
            && let Some(mut window) = self.window.try_lock()
        {
            self.rotate(&mut window, now);
        }
    }

    /// Calls [`advance`](Self::advance), and returns the values of the window. It blocks while another thread takes a
    /// snapshot or advances. Records continue meanwhile.
    #[must_use]
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let mut window = self.window.lock();
        self.rotate(&mut window, now);
        window.snapshot(self.shards(), &self.extremes)
    }

    /// Number of values recorded since the start; it wraps around at 2^64.
    #[must_use]
    pub fn lifetime_count(&self) -> u64 {
        self.shards().map(Shard::count).fold(0, u64::wrapping_add)
    }

    /// Sum of the values recorded since the start; it wraps around at 2^64.
    #[must_use]
    pub fn lifetime_sum(&self) -> u64 {
        self.shards().map(Shard::sum).fold(0, u64::wrapping_add)
    }

    #[cold]
    fn rotate(&self, window: &mut Window, now: Instant) {
        let nanos = self.nanos_since_start(now);
        // Another thread may have closed it already.
        if nanos >= self.age_bucket_end.load(Ordering::Relaxed) {
            let number = nanos / self.age_bucket_nanos;
            window.rotate(number, self.shards(), &self.extremes);
            let end = (number + 1).saturating_mul(self.age_bucket_nanos);
            self.age_bucket_end.store(end, Ordering::Relaxed);
        }
    }

    #[inline]
    fn nanos_since_start(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.start);
        elapsed.as_secs().saturating_mul(1_000_000_000).saturating_add(elapsed.subsec_nanos().into())
    }

    fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter().map(|shard| &**shard)
    }
}
