//! Histogram series. Envoy sends the counts of one flush interval; Prometheus expects cumulative counts, so they are
//! accumulated here.

use std::sync::Arc;

use kit::exposition::Format;

use super::bounds::Bounds;
use super::number;
use super::saved::SavedSeries;
use super::series::{LinePrefix, Series, SeriesMeta};
use super::totals::Totals;
use crate::refusal::Reason;
use crate::wire::Distribution;

/// One histogram.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    meta: SeriesMeta,
    bounds: Arc<Bounds>,
    /// Cumulative over the buckets, as on the wire and on the page.
    counts: Box<[u64]>,
    totals: Totals,
}

impl Histogram {
    pub(crate) fn new(meta: SeriesMeta, bounds: Arc<Bounds>) -> Self {
        let counts = vec![0; bounds.upper().len()].into();
        Self { meta, bounds, counts, totals: Totals::default() }
    }

    /// Checks that an interval is valid on a page: finite sum, bounds strictly ascending, counts not descending, none above
    /// the total count, and that of +Inf equal to it.
    ///
    /// # Errors
    ///
    /// [`Reason::Value`] if it is not. Such an interval would make the accumulated histogram invalid.
    pub(crate) fn check(mut sent: Distribution<'_>) -> Result<(), Reason> {
        let (mut last_bound, mut last_count) = (None, 0);
        while let Ok(Some(bucket)) = sent.next_bucket() {
            let is_ascending =
                last_bound.map_or(!bucket.upper_bound.is_nan(), |last| bucket.upper_bound > last);
            let is_total = bucket.upper_bound != f64::INFINITY || bucket.cumulative_count == sent.count;
            if !is_ascending || !is_total || bucket.cumulative_count < last_count {
                return Err(Reason::Value);
            }
            (last_bound, last_count) = (Some(bucket.upper_bound), bucket.cumulative_count);
        }
        if sent.sum.is_finite() && last_count <= sent.count { Ok(()) } else { Err(Reason::Value) }
    }

    /// What the state file has of it, without labels and bounds.
    pub(super) fn save(&self) -> SavedSeries {
        let mut saved = self.totals.save();
        saved.buckets = self.counts.to_vec();
        saved
    }

    /// Checks that saved counts are valid on a page, as [`Histogram::check`] does for an interval.
    ///
    /// # Errors
    ///
    /// [`Reason::Value`] if they are not.
    pub(super) fn check_saved(upper: &[f64], buckets: &[u64], totals: &Totals) -> Result<(), Reason> {
        let is_ascending = upper.windows(2).all(|pair| pair[0] < pair[1]);
        let is_finite = upper.iter().all(|bound| !bound.is_nan() && *bound != f64::INFINITY);
        let is_cumulative = buckets.is_sorted() && buckets.last().is_none_or(|last| *last <= totals.count());
        let is_valid = is_ascending && is_finite && is_cumulative && buckets.len() == upper.len();
        if is_valid { Ok(()) } else { Err(Reason::Value) }
    }

    /// Adds valid saved counts. A histogram with other bounds has started again since: it stays as it is.
    pub(super) fn add_saved(&mut self, upper: &[f64], buckets: &[u64], totals: &Totals) {
        if upper != self.bounds.upper() {
            return;
        }
        for (count, saved) in self.counts.iter_mut().zip(buckets) {
            *count = count.saturating_add(*saved);
        }
        self.totals.merge(totals);
    }

    pub(crate) fn bounds(&self) -> &Arc<Bounds> {
        &self.bounds
    }

    /// Whether `sent` has the bounds of this histogram.
    pub(crate) fn has_bounds_of(&self, sent: Distribution<'_>) -> bool {
        self.bounds.matches(sent)
    }

    /// Adds an interval with the same bounds.
    pub(crate) fn add(&mut self, mut interval: Distribution<'_>) {
        self.totals.add(interval.count, interval.sum);
        let mut counts = self.counts.iter_mut();
        while let Ok(Some(bucket)) = interval.next_bucket() {
            if bucket.upper_bound != f64::INFINITY
                && let Some(count) = counts.next()
            {
                *count = count.saturating_add(bucket.cumulative_count);
            }
        }
    }
}

impl Series for Histogram {
    fn meta(&self) -> &SeriesMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut SeriesMeta {
        &mut self.meta
    }

    fn reset(&mut self) {
        self.counts.fill(0);
        self.totals = Totals::default();
    }

    /// The buckets, +Inf, `_sum` and `_count`.
    fn line_count(&self) -> usize {
        self.counts.len() + 3
    }

    fn heap_bytes(&self) -> usize {
        size_of_val(&*self.counts)
    }

    fn render(&self, out: &mut Vec<u8>, prefix: &LinePrefix<'_>, format: Format) {
        let mut bucket = |le: &str, count| {
            prefix.push(out, b"_bucket", le.as_bytes());
            number::push_count(out, count);
            out.push(b'\n');
        };
        let le = if format.is_open_metrics() { self.bounds.canonical_le() } else { self.bounds.le() };
        for (le, count) in le.iter().zip(&self.counts) {
            bucket(le, *count);
        }
        bucket("le=\"+Inf\"", self.totals.count());
        self.totals.render(out, prefix);
    }
}
