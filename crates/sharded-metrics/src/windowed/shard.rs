//! The data that threads record into: a shard for each thread, and the extremes, which all threads share.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::windowed::log_linear::{BUCKETS, bucket};

/// One thread's counts since the start. They are never reset, because only their thread may write to them; they wrap
/// around.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Shard {
    count: AtomicU64,
    sum: AtomicU64,
    buckets: [AtomicU32; BUCKETS],
}

impl Default for Shard {
    fn default() -> Self {
        Self {
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            buckets: [const { AtomicU32::new(0) }; BUCKETS],
        }
    }
}

impl Shard {
    /// Records a value from the thread that owns the shard.
    #[inline]
    pub(crate) fn record(&self, value: u64) {
        let bucket = &self.buckets[bucket(value)];
        bucket.store(bucket.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.sum.store(self.sum().wrapping_add(value), Ordering::Relaxed);
        self.count.store(self.count().wrapping_add(1), Ordering::Relaxed);
    }

    /// Records a value in a shard that no thread owns.
    #[cold]
    pub(crate) fn record_shared(&self, value: u64) {
        self.buckets[bucket(value)].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn sum(&self) -> u64 {
        self.sum.load(Ordering::Relaxed)
    }

    /// Adds the shard's bucket counts to `totals`.
    pub(crate) fn add_buckets_to(&self, totals: &mut [u32]) {
        for (total, count) in totals.iter_mut().zip(&self.buckets) {
            *total = total.wrapping_add(count.load(Ordering::Relaxed));
        }
    }
}

/// The smallest and the largest value of the current age bucket. They are written only when a value exceeds them.
#[derive(Debug)]
pub(crate) struct Extremes {
    min: AtomicU64,
    max: AtomicU64,
}

/// The minimum and maximum of no values.
const EMPTY: (u64, u64) = (u64::MAX, 0);

impl Extremes {
    pub(crate) fn new() -> Self {
        Self { min: AtomicU64::new(EMPTY.0), max: AtomicU64::new(EMPTY.1) }
    }

    #[inline]
    pub(crate) fn widen(&self, value: u64) {
        if value < self.min.load(Ordering::Relaxed) {
            self.min.fetch_min(value, Ordering::Relaxed);
        }
        if value > self.max.load(Ordering::Relaxed) {
            self.max.fetch_max(value, Ordering::Relaxed);
        }
    }

    /// Minimum and maximum.
    pub(crate) fn get(&self) -> (u64, u64) {
        (self.min.load(Ordering::Relaxed), self.max.load(Ordering::Relaxed))
    }

    /// Returns minimum and maximum, and resets them.
    pub(crate) fn take(&self) -> (u64, u64) {
        (self.min.swap(EMPTY.0, Ordering::Relaxed), self.max.swap(EMPTY.1, Ordering::Relaxed))
    }
}
