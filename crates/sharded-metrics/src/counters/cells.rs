//! Rows of counters. A thread writes only its own block, so that an increment is a load and a store: no lock, no
//! locked instruction, no cache line that another thread writes. Changes that belong together are
//! bracketed by the row's version, and a reader takes a row again that changed while it was read.

use std::sync::atomic::{AtomicU64, Ordering, fence};

use crate::per_thread::{Part, PerThread};

/// How often a reader takes a row again before it yields its thread to the writer.
const SPINS: u32 = 64;
const CELLS: usize = 8;

/// A cache line: blocks of different threads never share one.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Line([AtomicU64; CELLS]);

type Block = Box<[Line]>;

/// `rows` rows of `width` counters each; a row's cell 0 is its version.
#[derive(Debug)]
pub struct Cells {
    rows: usize,
    width: usize,
    /// Lines of a row.
    stride: usize,
    /// Threads that share a block write to it by atomic additions.
    blocks: PerThread<Block>,
}

impl Cells {
    /// Rows of `width` counters, numbered from 1 on.
    pub fn new(rows: usize, width: usize) -> Self {
        let width = width + 1;
        let stride = width.div_ceil(CELLS);
        Self { rows, width, stride, blocks: PerThread::new() }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Counters of a row.
    pub fn width(&self) -> usize {
        self.width - 1
    }

    /// The calling thread's part of a row, to be written.
    #[inline]
    pub fn row(&self, row: usize) -> Row<'_> {
        let (block, own) = match self.blocks.part(|| self.block()) {
            Part::Own(block) => (block, true),
            Part::Shared(block) => (block, false),
        };
        Row { lines: &block[row * self.stride..(row + 1) * self.stride], own }
    }

    /// Adds up one row over all threads. Changes bracketed by [`Row::together`] are seen whole,
    /// except those of threads that share a block. A sum that no longer fits begins anew, as a
    /// counter does that is reset: 584 years of nanoseconds pass soon where streams stay open by
    /// the thousand.
    pub fn sum(&self, row: usize, into: &mut [u64]) {
        let mut copy = vec![0; self.width - 1];
        into.fill(0);
        for block in self.blocks.iter() {
            read(&block[row * self.stride..(row + 1) * self.stride], &mut copy);
            for (total, part) in into.iter_mut().zip(&copy) {
                *total = total.wrapping_add(*part);
            }
        }
    }

    /// Adds up one counter over all threads.
    pub fn sum_cell(&self, row: usize, cell: usize) -> u64 {
        let line = row * self.stride + cell / CELLS;
        self.blocks.iter().map(|block| block[line].0[cell % CELLS].load(Ordering::Acquire)).sum()
    }

    #[cold]
    fn block(&self) -> Block {
        (0..self.rows * self.stride).map(|_| Line::default()).collect()
    }
}

/// Copies a row's counters, again for as long as they change meanwhile.
fn read(lines: &[Line], copy: &mut [u64]) {
    let version = &lines[0].0[0];
    for attempt in 0u32.. {
        let before = version.load(Ordering::Acquire);
        for (cell, value) in lines.iter().flat_map(|line| &line.0).skip(1).zip(copy.iter_mut()) {
            *value = cell.load(Ordering::Acquire);
        }
        fence(Ordering::Acquire);
        if before.is_multiple_of(2) && version.load(Ordering::Relaxed) == before {
            return;
        }
        if attempt < SPINS {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}

/// One thread's part of a row.
#[derive(Debug)]
pub struct Row<'a> {
    lines: &'a [Line],
    own: bool,
}

impl Row<'_> {
    #[inline]
    fn cell(&self, cell: usize) -> &AtomicU64 {
        &self.lines[cell / CELLS].0[cell % CELLS]
    }

    /// Adds to the counter of this number.
    #[inline]
    pub fn add(&self, cell: usize, by: u64) {
        let cell = self.cell(cell);
        if self.own {
            cell.store(cell.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
        } else {
            cell.fetch_add(by, Ordering::Release);
        }
    }

    /// Makes changes that a reader sees all or not at all. They must not panic.
    #[inline]
    pub fn together(&self, change: impl FnOnce(&Self)) {
        if !self.own {
            return change(self);
        }
        let version = self.cell(0);
        let before = version.load(Ordering::Relaxed);
        version.store(before.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        change(self);
        version.store(before.wrapping_add(2), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use crate::per_thread::OWNERS;

    use super::*;

    #[test]
    fn threads_add_up() {
        let cells = Cells::new(3, 20);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        cells.row(1).add(1, 1);
                        cells.row(1).add(20, 2);
                    }
                });
            }
        });
        let mut sums = [0; 20];
        cells.sum(1, &mut sums);
        assert_eq!((sums[0], sums[19]), (4000, 8000));
        assert_eq!(cells.sum_cell(1, 20), 8000);
        cells.sum(2, &mut sums);
        assert_eq!(sums, [0; 20]);
    }

    #[test]
    fn a_sum_that_no_longer_fits_begins_anew() {
        let cells = Cells::new(1, 1);
        cells.row(0).add(1, u64::MAX);
        thread::scope(|scope| scope.spawn(|| cells.row(0).add(1, 8)).join().unwrap());
        let mut sums = [0];
        cells.sum(0, &mut sums);
        assert_eq!(sums, [7]);
    }

    #[test]
    fn more_threads_than_blocks_lose_nothing() {
        let cells = Cells::new(1, 1);
        let barrier = Barrier::new(OWNERS + 40);
        thread::scope(|scope| {
            for _ in 0..OWNERS + 40 {
                scope.spawn(|| {
                    cells.row(0);
                    barrier.wait();
                    for _ in 0..100 {
                        cells.row(0).together(|row| row.add(1, 1));
                    }
                });
            }
        });
        assert_eq!(cells.sum_cell(0, 1), (OWNERS as u64 + 40) * 100);
    }

    #[test]
    fn what_belongs_together_is_read_together() {
        let cells = Cells::new(1, 12);
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        cells.row(0).together(|row| (1..=12).for_each(|cell| row.add(cell, 1)));
                    }
                });
            }
            let mut sums = [0; 12];
            for _ in 0..2000 {
                cells.sum(0, &mut sums);
                assert!(sums.iter().all(|sum| *sum == sums[0]), "torn: {sums:?}");
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}
