//! One thread's cells. They only ever grow, so that a reader takes nothing away from under the thread.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::windowed::cells::{CELLS, index};

/// Either only its thread writes, and at most one thread at a time has it, or threads share it. Counts wrap around.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Shard {
    count: AtomicU64,
    sum: AtomicU64,
    cells: [AtomicU32; CELLS],
}

impl Default for Shard {
    fn default() -> Self {
        Self { count: AtomicU64::new(0), sum: AtomicU64::new(0), cells: [const { AtomicU32::new(0) }; CELLS] }
    }
}

impl Shard {
    /// Only from the thread that has this shard.
    #[inline]
    pub(crate) fn record(&self, value: u64) {
        let cell = &self.cells[index(value)];
        cell.store(cell.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.sum.store(self.sum().wrapping_add(value), Ordering::Relaxed);
        self.count.store(self.count().wrapping_add(1), Ordering::Relaxed);
    }

    /// From any thread, if no thread has this shard.
    #[cold]
    pub(crate) fn record_shared(&self, value: u64) {
        self.cells[index(value)].fetch_add(1, Ordering::Relaxed);
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

    /// Adds its cells to `totals`.
    pub(crate) fn add_cells_to(&self, totals: &mut [u32]) {
        for (total, cell) in totals.iter_mut().zip(&self.cells) {
            *total = total.wrapping_add(cell.load(Ordering::Relaxed));
        }
    }
}
