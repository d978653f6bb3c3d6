//! Histogram series. Envoy sends the counts of one flush interval; Prometheus expects cumulative counts, so they are
//! accumulated here.

use std::sync::Arc;

use kit::exposition::{Format, push_float};

use super::budget::Cost;
use super::number;
use super::series::{LinePrefix, Series, SeriesMeta};
use super::totals::Totals;
use crate::refusal::Reason;
use crate::wire::Distribution;

/// Finite bucket bounds, shared by all histograms of a node with the same bounds.
#[derive(Debug)]
pub(crate) struct Bounds {
    upper: Vec<f64>,
    /// The label of each bucket, such as `le="1"`.
    le: Vec<Box<str>>,
    /// The label of each bucket in OpenMetrics, such as `le="1.0"`.
    canonical_le: Vec<Box<str>>,
}

/// The most recently created bounds of a node, to be shared.
#[derive(Debug, Default)]
pub(super) struct BoundsCache(Vec<Arc<Bounds>>);

/// One histogram.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    meta: SeriesMeta,
    bounds: Arc<Bounds>,
    /// Cumulative over the buckets, as on the wire and on the page.
    counts: Box<[u64]>,
    totals: Totals,
}

/// Maximum number of finite buckets. Envoy's configurations have far fewer.
const MAX_BUCKETS: usize = 512;

/// Size of the cache. An Envoy has one set of bounds, or a few.
const MAX_CACHED_BOUNDS: usize = 16;

impl Bounds {
    /// Reads the bounds of a valid interval, at most `max`. +Inf is skipped, because every histogram has it.
    pub(crate) fn read(mut sent: Distribution<'_>, max: usize) -> Result<Self, Reason> {
        let mut bounds = Self { upper: Vec::new(), le: Vec::new(), canonical_le: Vec::new() };
        while let Ok(Some(bucket)) = sent.next_bucket() {
            if bucket.upper_bound == f64::INFINITY {
                continue;
            }
            if bounds.upper.len() == max.min(MAX_BUCKETS) {
                return Err(Reason::Series);
            }
            let mut le = String::from("le=\"");
            // Adding zero turns -0 into 0.
            number::push_bound(&mut le, bucket.upper_bound + 0.0);
            le.push('"');
            bounds.upper.push(bucket.upper_bound);
            bounds.le.push(le.into());
            bounds.canonical_le.push(canonical_le(bucket.upper_bound));
        }
        Ok(bounds)
    }

    /// Whether `sent` has these bounds.
    fn matches(&self, mut sent: Distribution<'_>) -> bool {
        let mut upper = self.upper.iter();
        while let Ok(Some(bucket)) = sent.next_bucket() {
            if bucket.upper_bound != f64::INFINITY && upper.next() != Some(&bucket.upper_bound) {
                return false;
            }
        }
        upper.next().is_none()
    }

    pub(crate) fn cost(&self) -> Cost {
        const BYTES_PER_BOUND: usize = 2 * (size_of::<Box<str>>() + 16) + size_of::<f64>();
        let labels = self.le.iter().zip(&self.canonical_le);
        let bytes = labels.map(|(le, canonical)| le.len() + canonical.len() + BYTES_PER_BOUND).sum::<usize>();
        Cost { series: 0, bytes: size_of::<Self>() + bytes }
    }
}

fn canonical_le(bound: f64) -> Box<str> {
    let mut number = Vec::new();
    push_float(&mut number, bound);
    format!("le=\"{}\"", String::from_utf8_lossy(&number)).into()
}

impl BoundsCache {
    /// The cached bounds that `sent` has.
    pub(super) fn find(&self, sent: Distribution<'_>) -> Option<&Arc<Bounds>> {
        self.0.iter().find(|bounds| bounds.matches(sent))
    }

    pub(super) fn contains(&self, bounds: &Arc<Bounds>) -> bool {
        self.0.iter().any(|cached| Arc::ptr_eq(cached, bounds))
    }

    /// Adds bounds, in place of the oldest if the cache is full.
    pub(super) fn insert(&mut self, bounds: Arc<Bounds>) {
        if self.0.len() == MAX_CACHED_BOUNDS {
            self.0.remove(0);
        }
        self.0.push(bounds);
    }
}

impl Histogram {
    pub(crate) fn new(meta: SeriesMeta, bounds: Arc<Bounds>) -> Self {
        let counts = vec![0; bounds.upper.len()].into();
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
        let le = if format.is_open_metrics() { &self.bounds.canonical_le } else { &self.bounds.le };
        for (le, count) in le.iter().zip(&self.counts) {
            bucket(le, *count);
        }
        bucket("le=\"+Inf\"", self.totals.count());
        self.totals.render(out, prefix);
    }
}
