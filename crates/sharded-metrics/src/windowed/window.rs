//! The age buckets. Those that are closed are kept as what was added to the threads' cells meanwhile; the current one
//! is what was added since.

use std::collections::VecDeque;

use crate::windowed::cells::CELLS;
use crate::windowed::extremes::Extremes;
use crate::windowed::shard::Shard;
use crate::windowed::snapshot::Snapshot;

/// The threads' cells and sums, added up; they wrap around.
#[derive(Debug)]
struct Totals {
    cells: Box<[u32]>,
    sum: u64,
}

impl Totals {
    fn zero() -> Self {
        Self { cells: vec![0; CELLS].into(), sum: 0 }
    }

    fn of<'a>(shards: impl Iterator<Item = &'a Shard>) -> Self {
        let mut totals = Self::zero();
        for shard in shards {
            shard.add_cells_to(&mut totals.cells);
            totals.sum = totals.sum.wrapping_add(shard.sum());
        }
        totals
    }

    /// What was added to the cells since: those with something, and how much.
    fn cells_since(&self, before: &Self) -> impl Iterator<Item = (u16, u32)> {
        let added = self.cells.iter().zip(&before.cells).map(|(now, before)| now.wrapping_sub(*before));
        (0..).zip(added).filter(|(_, added)| *added > 0)
    }
}

#[derive(Debug)]
struct Closed {
    epoch: u64,
    cells: Box<[(u16, u32)]>,
    sum: u64,
    extremes: (u64, u64),
}

#[derive(Debug)]
pub(crate) struct Window {
    age_buckets: u64,
    /// The number of the current age bucket.
    epoch: u64,
    /// At the begin of the current age bucket.
    before: Totals,
    /// Oldest first.
    closed: VecDeque<Closed>,
}

impl Window {
    pub(crate) fn new(age_buckets: usize) -> Self {
        Self { age_buckets: age_buckets as u64, epoch: 0, before: Totals::zero(), closed: VecDeque::new() }
    }

    /// Closes the current age bucket; the new one is number `epoch`.
    pub(crate) fn rotate<'a>(
        &mut self,
        epoch: u64,
        shards: impl Iterator<Item = &'a Shard>,
        extremes: &Extremes,
    ) {
        let now = Totals::of(shards);
        let closed = Closed {
            epoch: self.epoch,
            cells: now.cells_since(&self.before).collect(),
            sum: now.sum.wrapping_sub(self.before.sum),
            extremes: extremes.take(),
        };
        self.closed.push_back(closed);
        let age_buckets = self.age_buckets;
        self.closed.retain(|closed| epoch - closed.epoch < age_buckets);
        self.before = now;
        self.epoch = epoch;
    }

    pub(crate) fn snapshot<'a>(
        &self,
        shards: impl Iterator<Item = &'a Shard>,
        extremes: &Extremes,
    ) -> Snapshot {
        let now = Totals::of(shards);
        let mut cells = vec![0; CELLS];
        let closed = self.closed.iter().flat_map(|closed| closed.cells.iter().copied());
        for (cell, added) in now.cells_since(&self.before).chain(closed) {
            cells[usize::from(cell)] += u64::from(added);
        }
        let sums = self.closed.iter().map(|closed| closed.sum);
        let sum = sums.fold(now.sum.wrapping_sub(self.before.sum), u64::wrapping_add);
        let closed = self.closed.iter().map(|closed| closed.extremes);
        let extremes =
            closed.fold(extremes.get(), |(min, max), closed| (min.min(closed.0), max.max(closed.1)));
        Snapshot::new(&cells, sum, extremes)
    }
}
