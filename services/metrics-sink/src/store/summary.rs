//! Summaries, and what they share with histograms: a count and a sum.

use super::number;
use super::series::{Line, Mark, Sample};
use crate::refusal::Reason;
use crate::wire::Distribution;

/// One summary: the quantiles are the last interval's, count and sum are accumulated.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) mark: Mark,
    quantiles: Box<[(f64, f64)]>,
    total: Total,
}

/// Count and sum of all intervals.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    count: u64,
    sum: f64,
    /// What adding to `sum` has rounded away (Neumaier): thousands of intervals add up as one would.
    lost: f64,
}

impl Total {
    pub(crate) fn add(&mut self, count: u64, sum: f64) {
        self.count = self.count.saturating_add(count);
        let added = self.sum + sum;
        self.lost +=
            if self.sum.abs() >= sum.abs() { (self.sum - added) + sum } else { (sum - added) + self.sum };
        self.sum = added;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn sum(&self) -> f64 {
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }

    /// Appends `_sum` and `_count`.
    pub(crate) fn render(&self, out: &mut Vec<u8>, line: &Line<'_>) {
        line.push(out, b"_sum", b"");
        number::push(out, self.sum());
        out.push(b'\n');
        line.push(out, b"_count", b"");
        number::push_count(out, self.count);
        out.push(b'\n');
    }
}

impl Summary {
    pub(crate) fn new(mark: Mark, quantiles: usize) -> Self {
        Self { mark, quantiles: vec![(0.0, f64::NAN); quantiles].into(), total: Total::default() }
    }

    /// The number of quantiles in what was sent; refused if no page can hold them (a quantile twice), or too many.
    pub(crate) fn check(mut sent: Distribution<'_>, most: usize) -> Result<usize, Reason> {
        let mut last = f64::NEG_INFINITY;
        let mut quantiles = 0;
        while let Ok(Some(quantile)) = sent.next_quantile() {
            if quantile.quantile <= last || quantile.quantile.is_nan() {
                return Err(Reason::Value);
            }
            last = quantile.quantile;
            quantiles += 1;
            if quantiles > most {
                return Err(Reason::Series);
            }
        }
        Ok(quantiles)
    }

    /// Adds an interval; refused if it has not the quantiles that there are.
    pub(crate) fn add(&mut self, mut interval: Distribution<'_>) -> Result<(), Reason> {
        if Self::check(interval, self.quantiles.len())? != self.quantiles.len() {
            return Err(Reason::Value);
        }
        self.total.add(interval.count, interval.sum);
        for held in &mut self.quantiles {
            if let Ok(Some(sent)) = interval.next_quantile() {
                *held = (sent.quantile, sent.value);
            }
        }
        Ok(())
    }
}

impl Sample for Summary {
    fn mark(&self) -> &Mark {
        &self.mark
    }

    fn mark_mut(&mut self) -> &mut Mark {
        &mut self.mark
    }

    fn begin_anew(&mut self) {
        self.total = Total::default();
    }

    /// Its quantiles, `_sum` and `_count`.
    fn lines(&self) -> usize {
        self.quantiles.len() + 2
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.quantiles)
    }

    fn render(&self, out: &mut Vec<u8>, line: &Line<'_>) {
        let mut label = Vec::new();
        for (quantile, value) in &self.quantiles {
            label.clear();
            label.extend_from_slice(b"quantile=\"");
            number::push(&mut label, *quantile);
            label.push(b'"');
            line.push(out, b"", &label);
            number::push(out, *value);
            out.push(b'\n');
        }
        self.total.render(out, line);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn many_intervals_add_up_as_exactly_as_one(sums in prop::collection::vec(0u32..10_000_000, 1..2_000)) {
            let mut total = Total::default();
            for sum in &sums {
                total.add(1, f64::from(*sum) / 16.0 + 0.1);
            }
            // In units of 1/16 and of 1/10, both exact.
            let sixteenths: u64 = sums.iter().map(|sum| u64::from(*sum)).sum();
            let exact = sixteenths as f64 / 16.0 + sums.len() as f64 / 10.0;
            prop_assert!((total.sum() - exact).abs() <= exact * 1e-15);
            prop_assert_eq!(total.count(), sums.len() as u64);
        }
    }
}
