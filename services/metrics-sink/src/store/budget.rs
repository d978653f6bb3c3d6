//! The budget that the series of all nodes share.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::refusal::Reason;

/// Series and bytes in use, and their limits.
#[derive(Debug)]
pub struct Budget {
    series: AtomicUsize,
    bytes: AtomicUsize,
    max_series: usize,
    max_bytes: usize,
    /// A reservation has failed.
    is_exceeded: AtomicBool,
}

/// A part of the budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Lines of the page.
    pub(crate) series: usize,
    /// Estimated bytes of memory.
    pub(crate) bytes: usize,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.series += other.series;
        self.bytes += other.bytes;
    }
}

impl std::ops::SubAssign for Cost {
    fn sub_assign(&mut self, other: Self) {
        self.series -= other.series;
        self.bytes -= other.bytes;
    }
}

impl Budget {
    pub(crate) fn new(max_series: usize, max_bytes: usize) -> Self {
        Self {
            series: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            max_series,
            max_bytes,
            is_exceeded: AtomicBool::new(false),
        }
    }

    /// Series in use.
    pub fn series(&self) -> usize {
        self.series.load(Ordering::Relaxed)
    }

    /// Bytes in use, as estimated by the costs.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn max_series(&self) -> usize {
        self.max_series
    }

    /// Reserves `cost`, or nothing if a limit would be exceeded.
    pub(crate) fn reserve(&self, cost: Cost) -> Result<(), Reason> {
        let add = |used: &AtomicUsize, more: usize, max: usize| {
            used.try_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(more).filter(|sum| *sum <= max)
            })
            .is_ok()
        };
        if !add(&self.series, cost.series, self.max_series) {
            self.is_exceeded.store(true, Ordering::Relaxed);
            return Err(Reason::Series);
        }
        if !add(&self.bytes, cost.bytes, self.max_bytes) {
            self.series.fetch_sub(cost.series, Ordering::Relaxed);
            self.is_exceeded.store(true, Ordering::Relaxed);
            return Err(Reason::Memory);
        }
        Ok(())
    }

    /// Whether a reservation has failed since the last call.
    pub(crate) fn take_exceeded(&self) -> bool {
        self.is_exceeded.swap(false, Ordering::Relaxed)
    }

    /// Replaces a reservation by a smaller one.
    pub(crate) fn shrink(&self, from: Cost, to: Cost) {
        self.release(from);
        self.series.fetch_add(to.series, Ordering::Relaxed);
        self.bytes.fetch_add(to.bytes, Ordering::Relaxed);
    }

    pub(crate) fn release(&self, cost: Cost) {
        self.series.fetch_sub(cost.series, Ordering::Relaxed);
        self.bytes.fetch_sub(cost.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_that_does_not_fit_reserves_nothing() {
        let budget = Budget::new(2, 100);
        assert_eq!(budget.reserve(Cost { series: 1, bytes: 60 }), Ok(()));
        assert_eq!(budget.reserve(Cost { series: 1, bytes: 60 }), Err(Reason::Memory));
        assert_eq!(budget.reserve(Cost { series: 2, bytes: 1 }), Err(Reason::Series));
        assert_eq!((budget.series(), budget.bytes()), (1, 60));
        budget.release(Cost { series: 1, bytes: 60 });
        assert_eq!(budget.reserve(Cost { series: 2, bytes: 100 }), Ok(()));
    }
}
