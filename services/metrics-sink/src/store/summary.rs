//! Summary series. Quantiles are those of the last interval; count and sum are accumulated.

use kit::exposition::{Format, push_float};

use super::number;
use super::saved::SavedSeries;
use super::series::{LinePrefix, Series, SeriesMeta};
use super::totals::Totals;
use crate::refusal::Reason;
use crate::wire::Distribution;

/// One summary.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    meta: SeriesMeta,
    /// Pairs of quantile and value.
    quantiles: Box<[(f64, f64)]>,
    totals: Totals,
}

impl Summary {
    pub(crate) fn new(meta: SeriesMeta, quantile_count: usize) -> Self {
        Self { meta, quantiles: vec![(0.0, f64::NAN); quantile_count].into(), totals: Totals::default() }
    }

    /// Checks that an interval is valid on a page: finite sum, and quantiles from 0 to 1, strictly ascending.
    ///
    /// # Errors
    ///
    /// [`Reason::Value`] if it is not.
    pub(crate) fn check(mut sent: Distribution<'_>) -> Result<(), Reason> {
        let mut last = f64::NEG_INFINITY;
        while let Ok(Some(quantile)) = sent.next_quantile() {
            if !(0.0..=1.0).contains(&quantile.quantile) || quantile.quantile <= last {
                return Err(Reason::Value);
            }
            last = quantile.quantile;
        }
        if sent.sum.is_finite() { Ok(()) } else { Err(Reason::Value) }
    }

    /// Counts the quantiles of `sent`.
    ///
    /// # Errors
    ///
    /// [`Reason::Series`] if there are more than `max`.
    pub(crate) fn count_quantiles(mut sent: Distribution<'_>, max: usize) -> Result<usize, Reason> {
        let mut count = 0;
        while let Ok(Some(_)) = sent.next_quantile() {
            count += 1;
            if count > max {
                return Err(Reason::Series);
            }
        }
        Ok(count)
    }

    pub(crate) fn has_as_many_quantiles_as(&self, sent: Distribution<'_>) -> bool {
        Self::count_quantiles(sent, self.quantiles.len()) == Ok(self.quantiles.len())
    }

    /// The same summary with `count` quantiles, which the next interval sets.
    pub(crate) fn with_quantiles(&self, count: usize) -> Self {
        Self { totals: self.totals, ..Self::new(self.meta, count) }
    }

    /// What the state file has of it, without labels. The quantiles are those of the last interval only.
    pub(super) fn save(&self) -> SavedSeries {
        self.totals.save()
    }

    pub(super) fn add_totals(&mut self, totals: &Totals) {
        self.totals.merge(totals);
    }

    /// Adds a valid interval, which must have as many quantiles as this summary.
    pub(crate) fn add(&mut self, mut interval: Distribution<'_>) {
        self.totals.add(interval.count, interval.sum);
        for stored in &mut self.quantiles {
            if let Ok(Some(sent)) = interval.next_quantile() {
                // Adding zero turns -0 into 0.
                *stored = (sent.quantile + 0.0, sent.value);
            }
        }
    }
}

impl Series for Summary {
    fn meta(&self) -> &SeriesMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut SeriesMeta {
        &mut self.meta
    }

    fn reset(&mut self) {
        self.totals = Totals::default();
    }

    /// The quantiles, `_sum` and `_count`.
    fn line_count(&self) -> usize {
        self.quantiles.len() + 2
    }

    fn heap_bytes(&self) -> usize {
        size_of_val(&*self.quantiles)
    }

    fn render(&self, out: &mut Vec<u8>, prefix: &LinePrefix<'_>, format: Format) {
        let mut label = Vec::new();
        for (quantile, value) in &self.quantiles {
            label.clear();
            label.extend_from_slice(b"quantile=\"");
            if format.is_open_metrics() {
                push_float(&mut label, *quantile);
            } else {
                number::push_value(&mut label, *quantile);
            }
            label.push(b'"');
            prefix.push(out, b"", &label);
            number::push_value(out, *value);
            out.push(b'\n');
        }
        self.totals.render(out, prefix);
    }
}
