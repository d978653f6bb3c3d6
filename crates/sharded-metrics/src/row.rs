//! One row of counters in one shard, and the sequence lock that publishes a group of changes at once.
//!
//! `loom` checks the sequence lock under every interleaving and memory order that it can produce:
//!
//! ```sh
//! RUSTFLAGS="--cfg loom" cargo test -p sharded-metrics --release --lib loom
//! ```

use std::marker::PhantomData;

use crate::per_thread::NotSend;
use sync::{AtomicU64, Ordering, fence};

mod sync {
    #[cfg(not(all(loom, test)))]
    pub(super) use std::{
        hint::spin_loop,
        sync::atomic::{AtomicU64, Ordering, fence},
        thread::yield_now,
    };

    #[cfg(all(loom, test))]
    pub(super) use loom::{
        hint::spin_loop,
        sync::atomic::{AtomicU64, Ordering, fence},
        thread::yield_now,
    };
}

/// Cells of 8 bytes in a cache line.
const LINE_CELLS: usize = 8;
/// Number of attempts to read a row before the reader yields its time slice to the writer.
const MAX_SPINS: u32 = 64;

/// A cache line. Shards of different threads do not share one.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Line([AtomicU64; LINE_CELLS]);

/// Cache lines of a row: one cell for the version, and one for each counter.
pub(crate) fn lines_per_row(columns: usize) -> usize {
    (columns + 1).div_ceil(LINE_CELLS)
}

#[inline]
fn version(lines: &[Line]) -> &AtomicU64 {
    &lines[0].0[0]
}

#[inline]
pub(crate) fn counter(lines: &[Line], column: usize) -> &AtomicU64 {
    let cell = column + 1;
    &lines[cell / LINE_CELLS].0[cell % LINE_CELLS]
}

/// Copies a row's counters. Retries while a group of changes is in progress.
pub(crate) fn read(lines: &[Line], copy: &mut [u64]) {
    for attempt in 0u32.. {
        let before = version(lines).load(Ordering::Acquire);
        for (cell, value) in lines.iter().flat_map(|line| &line.0).skip(1).zip(copy.iter_mut()) {
            *value = cell.load(Ordering::Acquire);
        }
        fence(Ordering::Acquire);
        if before.is_multiple_of(2) && version(lines).load(Ordering::Relaxed) == before {
            return;
        }
        if attempt < MAX_SPINS {
            sync::spin_loop();
        } else {
            sync::yield_now();
        }
    }
}

/// The calling thread's shard of one row of a [`CounterTable`](crate::CounterTable).
///
/// It is neither `Send` nor `Sync`, because only the thread that owns a shard may write to it:
///
/// ```compile_fail,E0277
/// let table = sharded_metrics::CounterTable::new(1, 1);
/// let row = table.row(0);
/// std::thread::scope(|scope| {
///     scope.spawn(move || row.add(0, 1));
/// });
/// ```
#[derive(Debug)]
pub struct Row<'a> {
    lines: &'a [Line],
    columns: usize,
    is_owned: bool,
    not_send: NotSend,
}

impl<'a> Row<'a> {
    /// `is_owned`: no other thread writes to `lines`.
    #[inline]
    pub(crate) fn new(lines: &'a [Line], columns: usize, is_owned: bool) -> Self {
        Self { lines, columns, is_owned, not_send: PhantomData }
    }

    /// Adds to the counter of a column. It wraps around at 2^64.
    ///
    /// # Panics
    ///
    /// If the table has no such column.
    #[inline]
    pub fn add(&self, column: usize, by: u64) {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        let counter = counter(self.lines, column);
        if self.is_owned {
            counter.store(counter.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
        } else {
            counter.fetch_add(by, Ordering::Release);
        }
    }

    /// Groups changes: [`CounterTable::read_row`](crate::CounterTable::read_row) sees all of them or none.
    ///
    /// A group within a group is part of the outer one. If `change` panics, the changes made until then become
    /// visible. Threads that share a shard (see the [crate's documentation](crate#threads)) cannot group changes: a
    /// reader may see some of them.
    #[inline]
    pub fn update(&self, change: impl FnOnce(&Self)) {
        let version = version(self.lines);
        let before = version.load(Ordering::Relaxed);
        if !self.is_owned || !before.is_multiple_of(2) {
            return change(self);
        }
        version.store(before.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        let _publish = Publish { version, next: before.wrapping_add(2) };
        change(self);
    }
}

/// Ends a group of changes when it is dropped, so that a panic does not block readers forever.
struct Publish<'a> {
    version: &'a AtomicU64,
    next: u64,
}

impl Drop for Publish<'_> {
    #[inline]
    fn drop(&mut self) {
        self.version.store(self.next, Ordering::Release);
    }
}

#[cfg(all(loom, test))]
mod loom_tests {
    use loom::sync::Arc;

    use super::*;

    /// Columns in two cache lines.
    const COLUMNS: usize = 9;
    /// One counter in each line.
    const CHANGED: [usize; 2] = [0, 8];

    fn lines() -> Arc<Vec<Line>> {
        Arc::new((0..lines_per_row(COLUMNS)).map(|_| Line::default()).collect())
    }

    fn update(lines: &[Line]) {
        Row::new(lines, COLUMNS, true).update(|row| CHANGED.iter().for_each(|column| row.add(*column, 1)));
    }

    fn read_changed(lines: &[Line]) -> [u64; 2] {
        let mut copy = [0; COLUMNS];
        read(lines, &mut copy);
        CHANGED.map(|column| copy[column])
    }

    // The writer is the model's first thread: `loom` runs it first, and then explores where else each read of the other
    // thread could go. In the opposite order it overlooks races with the stores, because it compares each store with
    // the last access only, which is the load just before it.

    #[test]
    fn a_reader_sees_all_changes_of_a_group_or_none() {
        loom::model(|| {
            let lines = lines();
            let read = Arc::clone(&lines);
            let reader = loom::thread::spawn(move || {
                let [first, second] = read_changed(&read);
                assert_eq!(first, second, "a torn read");
            });
            update(&lines);
            update(&lines);
            reader.join().unwrap();
            assert_eq!(read_changed(&lines), [2, 2]);
        });
    }

    #[test]
    fn successive_reads_do_not_go_backwards() {
        loom::model(|| {
            let lines = lines();
            let read = Arc::clone(&lines);
            let reader = loom::thread::spawn(move || {
                let [before, after] = [read_changed(&read), read_changed(&read)];
                assert!(before <= after, "{before:?}, then {after:?}");
            });
            update(&lines);
            reader.join().unwrap();
        });
    }

    #[test]
    fn the_next_owner_continues_with_the_counts_of_the_previous_one() {
        loom::model(|| {
            let lines = lines();
            let pool = Arc::new(loom::sync::Mutex::new(()));
            let owners: Vec<_> = (0..2)
                .map(|_| {
                    let (lines, pool) = (Arc::clone(&lines), Arc::clone(&pool));
                    loom::thread::spawn(move || {
                        // A thread owns the shard until it returns its index to the pool.
                        let _owned = pool.lock().unwrap();
                        update(&lines);
                    })
                })
                .collect();
            owners.into_iter().for_each(|owner| owner.join().unwrap());
            assert_eq!(read_changed(&lines), [2, 2]);
        });
    }
}
