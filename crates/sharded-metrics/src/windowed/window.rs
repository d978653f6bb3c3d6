//! The age buckets of a window.
//!
//! The threads' counts only grow. An age bucket is therefore the difference of two readings: a closed one is stored as a
//! difference, and the current one is the increase since the last one was closed.

use std::collections::VecDeque;

use crate::windowed::log_linear::BUCKETS;
use crate::windowed::shard::{Extremes, Shard};
use crate::windowed::snapshot::Snapshot;

/// The counts of all threads, added up; they wrap around.
#[derive(Debug)]
struct Totals {
    buckets: Box<[u32]>,
    sum: u64,
}

impl Totals {
    fn zero() -> Self {
        Self { buckets: vec![0; BUCKETS].into(), sum: 0 }
    }

    fn read<'a>(shards: impl Iterator<Item = &'a Shard>) -> Self {
        let mut totals = Self::zero();
        for shard in shards {
            shard.add_buckets_to(&mut totals.buckets);
            totals.sum = totals.sum.wrapping_add(shard.sum());
        }
        totals
    }

    /// The buckets that have grown since `previous`, and by how much.
    fn added_since(&self, previous: &Self) -> impl Iterator<Item = (u16, u32)> {
        let added = self.buckets.iter().zip(&previous.buckets);
        let added = added.map(|(count, previous)| count.wrapping_sub(*previous));
        (0..).zip(added).filter(|(_, added)| *added > 0)
    }
}

/// An age bucket that is closed.
#[derive(Debug)]
struct Closed {
    number: u64,
    /// The value buckets that are not empty, and their counts.
    counts: Box<[(u16, u32)]>,
    sum: u64,
    extremes: (u64, u64),
}

/// The closed age buckets of a window, and the totals at the start of the current one.
#[derive(Debug)]
pub(crate) struct Window {
    age_buckets: u64,
    /// The current age bucket's number, counted from the start of the histogram.
    current: u64,
    /// The totals at the start of the current age bucket.
    baseline: Totals,
    /// Oldest first.
    closed: VecDeque<Closed>,
}

impl Window {
    pub(crate) fn new(age_buckets: usize) -> Self {
        Self {
            age_buckets: age_buckets as u64,
            current: 0,
            baseline: Totals::zero(),
            closed: VecDeque::new(),
        }
    }

    /// Closes the current age bucket, begins the one with the number `next`, and drops those that are too old.
    pub(crate) fn rotate<'a>(
        &mut self,
        next: u64,
        shards: impl Iterator<Item = &'a Shard>,
        extremes: &Extremes,
    ) {
        let now = Totals::read(shards);
        let closed = Closed {
            number: self.current,
            counts: now.added_since(&self.baseline).collect(),
            sum: now.sum.wrapping_sub(self.baseline.sum),
            extremes: extremes.take(),
        };
        self.closed.push_back(closed);
        let age_buckets = self.age_buckets;
        self.closed.retain(|closed| next - closed.number < age_buckets);
        self.baseline = now;
        self.current = next;
    }

    pub(crate) fn snapshot<'a>(
        &self,
        shards: impl Iterator<Item = &'a Shard>,
        extremes: &Extremes,
    ) -> Snapshot {
        let now = Totals::read(shards);
        let mut counts = vec![0; BUCKETS];
        let closed = self.closed.iter().flat_map(|closed| closed.counts.iter().copied());
        for (bucket, added) in now.added_since(&self.baseline).chain(closed) {
            counts[usize::from(bucket)] += u64::from(added);
        }
        let sums = self.closed.iter().map(|closed| closed.sum);
        let sum = sums.fold(now.sum.wrapping_sub(self.baseline.sum), u64::wrapping_add);
        let extremes = self.closed.iter().fold(extremes.get(), |(min, max), closed| {
            (min.min(closed.extremes.0), max.max(closed.extremes.1))
        });
        Snapshot::new(&counts, sum, extremes)
    }
}
