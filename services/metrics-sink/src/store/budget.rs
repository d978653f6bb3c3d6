//! How much all nodes' series together may take.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::refusal::Reason;

/// Series (lines of the page) and bytes that are held, and the most that may be.
#[derive(Debug)]
pub struct Budget {
    series: AtomicUsize,
    bytes: AtomicUsize,
    max_series: usize,
    max_bytes: usize,
}

/// What something takes of the budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Lines of the page.
    pub(crate) series: usize,
    /// Bytes of memory, near enough.
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
        Self { series: AtomicUsize::new(0), bytes: AtomicUsize::new(0), max_series, max_bytes }
    }

    /// Series held now.
    pub fn series(&self) -> usize {
        self.series.load(Ordering::Relaxed)
    }

    /// Bytes held now, as accounted.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The most series that may be held.
    pub(crate) fn max_series(&self) -> usize {
        self.max_series
    }

    /// Takes `cost`, or nothing.
    pub(crate) fn take(&self, cost: Cost) -> Result<(), Reason> {
        let add = |held: &AtomicUsize, more: usize, most: usize| {
            held.try_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(more).filter(|sum| *sum <= most)
            })
            .is_ok()
        };
        if !add(&self.series, cost.series, self.max_series) {
            return Err(Reason::Series);
        }
        if !add(&self.bytes, cost.bytes, self.max_bytes) {
            self.series.fetch_sub(cost.series, Ordering::Relaxed);
            return Err(Reason::Memory);
        }
        Ok(())
    }

    /// Takes what another holder is about to give back.
    pub(crate) fn take_over(&self, cost: Cost) {
        self.series.fetch_add(cost.series, Ordering::Relaxed);
        self.bytes.fetch_add(cost.bytes, Ordering::Relaxed);
    }

    pub(crate) fn give(&self, cost: Cost) {
        self.series.fetch_sub(cost.series, Ordering::Relaxed);
        self.bytes.fetch_sub(cost.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_takes_nothing() {
        let budget = Budget::new(2, 100);
        assert_eq!(budget.take(Cost { series: 1, bytes: 60 }), Ok(()));
        assert_eq!(budget.take(Cost { series: 1, bytes: 60 }), Err(Reason::Memory));
        assert_eq!(budget.take(Cost { series: 2, bytes: 1 }), Err(Reason::Series));
        assert_eq!((budget.series(), budget.bytes()), (1, 60));
        budget.give(Cost { series: 1, bytes: 60 });
        assert_eq!(budget.take(Cost { series: 2, bytes: 100 }), Ok(()));
    }
}
