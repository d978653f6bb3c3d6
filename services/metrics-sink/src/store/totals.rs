//! Count and sum of a histogram or summary, accumulated over intervals.

use super::number;
use super::saved::SavedSeries;
use super::series::LinePrefix;

/// Count and sum of all intervals.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    count: u64,
    sum: f64,
    /// Rounding error of `sum`, compensated as in Neumaier's algorithm, so that thousands of intervals add up exactly.
    compensation: f64,
}

impl Totals {
    pub(crate) fn add(&mut self, count: u64, sum: f64) {
        self.count = self.count.saturating_add(count);
        let added = self.sum + sum;
        self.compensation +=
            if self.sum.abs() >= sum.abs() { (self.sum - added) + sum } else { (sum - added) + self.sum };
        self.sum = added;
    }

    /// What the state file has of them.
    pub(super) fn save(&self) -> SavedSeries {
        let Self { count, sum, compensation } = *self;
        SavedSeries { count, sum, compensation, ..SavedSeries::default() }
    }

    /// Saved totals; `None` if they are not finite.
    pub(super) fn of_saved(saved: &SavedSeries) -> Option<Self> {
        let SavedSeries { count, sum, compensation, .. } = *saved;
        (sum.is_finite() && compensation.is_finite()).then_some(Self { count, sum, compensation })
    }

    /// Adds other totals, with their rounding error.
    pub(super) fn merge(&mut self, other: &Self) {
        self.add(other.count, other.sum);
        self.compensation += other.compensation;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn sum(&self) -> f64 {
        if self.sum.is_finite() { self.sum + self.compensation } else { self.sum }
    }

    /// Appends the lines `_sum` and `_count`.
    pub(crate) fn render(&self, out: &mut Vec<u8>, prefix: &LinePrefix<'_>) {
        prefix.push(out, b"_sum", b"");
        number::push_value(out, self.sum());
        out.push(b'\n');
        prefix.push(out, b"_count", b"");
        number::push_count(out, self.count);
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_sum_of_many_intervals_has_the_precision_of_one(sums in prop::collection::vec(0u32..10_000_000, 1..2_000)) {
            let mut totals = Totals::default();
            for sum in &sums {
                totals.add(1, f64::from(*sum) / 16.0 + 0.1);
            }
            // Sums of sixteenths and of tenths, each computed from exact integers.
            let sixteenths: u64 = sums.iter().map(|sum| u64::from(*sum)).sum();
            let exact = sixteenths as f64 / 16.0 + sums.len() as f64 / 10.0;
            prop_assert!((totals.sum() - exact).abs() <= exact * 1e-15);
            prop_assert_eq!(totals.count(), sums.len() as u64);
        }
    }
}
