//! Summary series. Quantiles are those of the last interval; count and sum are accumulated.

use kit::exposition::{Format, push_float};

use super::number;
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

    /// Counts the quantiles of `sent`. They must be strictly ascending, and at most `max`.
    pub(crate) fn count_quantiles(mut sent: Distribution<'_>, max: usize) -> Result<usize, Reason> {
        let mut last = f64::NEG_INFINITY;
        let mut count = 0;
        while let Ok(Some(quantile)) = sent.next_quantile() {
            if quantile.quantile <= last || quantile.quantile.is_nan() {
                return Err(Reason::Value);
            }
            last = quantile.quantile;
            count += 1;
            if count > max {
                return Err(Reason::Series);
            }
        }
        Ok(count)
    }

    /// Adds an interval, which must have as many quantiles as this summary.
    pub(crate) fn add(&mut self, mut interval: Distribution<'_>) -> Result<(), Reason> {
        if Self::count_quantiles(interval, self.quantiles.len())? != self.quantiles.len() {
            return Err(Reason::Value);
        }
        self.totals.add(interval.count, interval.sum);
        for stored in &mut self.quantiles {
            if let Ok(Some(sent)) = interval.next_quantile() {
                *stored = (sent.quantile, sent.value);
            }
        }
        Ok(())
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
