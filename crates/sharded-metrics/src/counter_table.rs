//! Rows of counters, sharded by thread.

use std::sync::atomic::Ordering;

use crate::per_thread::{PerThread, Shard};
use crate::row::{self, Line, Row};

/// A table of `u64` counters: each thread adds to its own shard, and readers add the shards up.
///
/// A row is the unit of consistency: [`Row::update`] groups changes to it, and [`read_row`](Self::read_row) sees a
/// group completely or not at all.
///
/// ```
/// use sharded_metrics::CounterTable;
///
/// const REQUESTS: usize = 0;
/// const BYTES: usize = 1;
///
/// // A row for each of three routes.
/// let table = CounterTable::new(3, 2);
/// table.row(1).update(|row| {
///     row.add(REQUESTS, 1);
///     row.add(BYTES, 512);
/// });
/// let mut totals = [0; 2];
/// table.read_row(1, &mut totals);
/// assert_eq!(totals, [1, 512]);
/// ```
///
/// **Memory.** 6 KiB once, and for each thread that counts 64 bytes a row for up to 7 columns, 128 for up to 15, and
/// so on.
#[derive(Debug)]
pub struct CounterTable {
    rows: usize,
    columns: usize,
    shards: PerThread<Box<[Line]>>,
}

impl CounterTable {
    /// A table of zeros. Rows and columns are numbered from 0.
    #[must_use]
    pub fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns, shards: PerThread::new() }
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of counters in a row.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The calling thread's shard of a row, for writing. A thread's first call allocates the shard.
    ///
    /// # Panics
    ///
    /// If the table has no such row.
    #[inline]
    pub fn row(&self, row: usize) -> Row<'_> {
        let (shard, is_owned) = match self.shards.shard(|| self.new_shard()) {
            Shard::Owned(shard) => (shard.get(), true),
            Shard::Shared(shard) => (shard, false),
        };
        Row::new(self.lines(shard, row), self.columns, is_owned)
    }

    /// Writes the totals of a row over all threads into `totals`, one for each column. They wrap around at 2^64.
    ///
    /// While another thread is within [`Row::update`] on this row, it waits for that thread.
    ///
    /// # Panics
    ///
    /// If the table has no such row, or `totals` is not as long as a row.
    pub fn read_row(&self, row: usize, totals: &mut [u64]) {
        assert_eq!(totals.len(), self.columns, "one total for each column");
        let mut copy = vec![0; self.columns];
        totals.fill(0);
        for shard in self.shards.iter() {
            row::read(self.lines(shard, row), &mut copy);
            for (total, count) in totals.iter_mut().zip(&copy) {
                *total = total.wrapping_add(*count);
            }
        }
    }

    /// The total of one counter over all threads. It wraps around at 2^64.
    ///
    /// # Panics
    ///
    /// If the table has no such row or column.
    #[must_use]
    pub fn read(&self, row: usize, column: usize) -> u64 {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        let counts = self.shards.iter().map(|shard| row::counter(self.lines(shard, row), column));
        counts.map(|count| count.load(Ordering::Acquire)).fold(0, u64::wrapping_add)
    }

    #[inline]
    fn lines<'a>(&self, shard: &'a [Line], row: usize) -> &'a [Line] {
        let lines = row::lines_per_row(self.columns);
        &shard[row * lines..(row + 1) * lines]
    }

    #[cold]
    fn new_shard(&self) -> Box<[Line]> {
        (0..self.rows * row::lines_per_row(self.columns)).map(|_| Line::default()).collect()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use crate::per_thread::OWNED_SHARDS;

    use super::*;

    fn totals<const COLUMNS: usize>(table: &CounterTable, row: usize) -> [u64; COLUMNS] {
        let mut totals = [0; COLUMNS];
        table.read_row(row, &mut totals);
        totals
    }

    #[test]
    fn adds_up_the_counts_of_all_threads() {
        let table = CounterTable::new(3, 20);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        table.row(1).add(0, 1);
                        table.row(1).add(19, 2);
                    }
                });
            }
        });
        let row: [u64; 20] = totals(&table, 1);
        assert_eq!((row[0], row[19]), (4000, 8000));
        assert_eq!(table.read(1, 19), 8000);
        assert_eq!(totals(&table, 2), [0; 20]);
    }

    #[test]
    fn totals_wrap_around() {
        let table = CounterTable::new(1, 1);
        table.row(0).add(0, u64::MAX);
        thread::scope(|scope| scope.spawn(|| table.row(0).add(0, 8)).join().unwrap());
        assert_eq!(totals(&table, 0), [7]);
        assert_eq!(table.read(0, 0), 7);
    }

    #[test]
    fn threads_without_a_shard_of_their_own_lose_nothing() {
        let table = CounterTable::new(1, 1);
        let barrier = Barrier::new(OWNED_SHARDS + 40);
        thread::scope(|scope| {
            for _ in 0..OWNED_SHARDS + 40 {
                scope.spawn(|| {
                    table.row(0);
                    barrier.wait();
                    for _ in 0..100 {
                        table.row(0).update(|row| row.add(0, 1));
                    }
                });
            }
        });
        assert_eq!(table.read(0, 0), (OWNED_SHARDS as u64 + 40) * 100);
    }

    #[test]
    fn a_reader_sees_a_group_of_changes_completely_or_not_at_all() {
        let table = CounterTable::new(1, 12);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        table.row(0).update(|row| (0..12).for_each(|column| row.add(column, 1)));
                    }
                });
            }
            for _ in 0..2000 {
                let row: [u64; 12] = totals(&table, 0);
                assert!(row.iter().all(|total| *total == row[0]), "torn: {row:?}");
            }
            stop.store(true, Ordering::Relaxed);
        });
    }

    #[test]
    fn groups_can_be_nested() {
        let table = CounterTable::new(1, 2);
        table.row(0).update(|row| {
            row.add(0, 1);
            table.row(0).update(|row| row.add(1, 1));
        });
        table.row(0).update(|row| row.add(0, 1));
        assert_eq!(totals(&table, 0), [2, 1]);
    }

    #[test]
    fn a_panic_within_a_group_does_not_block_readers() {
        let table = CounterTable::new(1, 1);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            table.row(0).update(|row| {
                row.add(0, 1);
                panic!("within a group");
            });
        }));
        assert!(panic.is_err());
        assert_eq!(totals(&table, 0), [1]);
    }

    #[test]
    #[should_panic(expected = "column 1 of 1")]
    fn a_column_out_of_range_panics() {
        CounterTable::new(1, 1).row(0).add(1, 1);
    }
}
