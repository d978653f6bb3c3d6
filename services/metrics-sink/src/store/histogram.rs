//! Histograms: Envoy sends what each interval saw; Prometheus wants what there ever was.

use std::sync::Arc;

use super::budget::Cost;
use super::number;
use super::series::{Line, Mark, Sample};
use super::summary::Total;
use crate::refusal::Reason;
use crate::wire::Distribution;

/// Bucket bounds, shared by all histograms of a node that have the same.
#[derive(Debug)]
pub(crate) struct Bounds {
    upper: Vec<f64>,
    /// Each bucket's label: `le="0.5"`.
    le: Vec<Box<str>>,
}

/// More buckets than any Envoy is set to; also, each line repeats the node's labels.
const MOST_BUCKETS: usize = 512;

/// One histogram, accumulated.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    pub(crate) mark: Mark,
    pub(crate) bounds: Arc<Bounds>,
    /// Cumulative over the buckets, as Envoy sends and Prometheus reads them.
    counts: Box<[u64]>,
    total: Total,
}

impl Bounds {
    /// The bounds of what was sent; +Inf is left out, for every histogram has it. Refused, if there
    /// are more than `most`, or than any Envoy has.
    pub(crate) fn read(mut sent: Distribution<'_>, most: usize) -> Result<Self, Reason> {
        let mut bounds = Self { upper: Vec::new(), le: Vec::new() };
        while let Ok(Some(bucket)) = sent.next_bucket() {
            if bucket.upper_bound == f64::INFINITY {
                continue;
            }
            if bounds.upper.last().is_some_and(|last| *last >= bucket.upper_bound)
                || bucket.upper_bound.is_nan()
            {
                return Err(Reason::Value);
            }
            if bounds.upper.len() == most.min(MOST_BUCKETS) {
                return Err(Reason::Series);
            }
            let mut text = String::from("le=\"");
            number::push_bound(&mut text, bucket.upper_bound);
            text.push('"');
            bounds.upper.push(bucket.upper_bound);
            bounds.le.push(text.into());
        }
        Ok(bounds)
    }

    /// Whether these are the bounds of what was sent.
    pub(crate) fn are_of(&self, mut sent: Distribution<'_>) -> bool {
        let mut upper = self.upper.iter();
        while let Ok(Some(bucket)) = sent.next_bucket() {
            if bucket.upper_bound != f64::INFINITY && upper.next() != Some(&bucket.upper_bound) {
                return false;
            }
        }
        upper.next().is_none()
    }

    /// What they take of the budget.
    pub(crate) fn cost(&self) -> Cost {
        const EACH: usize = size_of::<Box<str>>() + size_of::<f64>() + 16;
        let bytes = self.le.iter().map(|le| le.len() + EACH).sum::<usize>();
        Cost { series: 0, bytes: size_of::<Self>() + bytes }
    }
}

impl Histogram {
    pub(crate) fn new(mark: Mark, bounds: Arc<Bounds>) -> Self {
        let counts = vec![0; bounds.upper.len()].into();
        Self { mark, bounds, counts, total: Total::default() }
    }

    /// Adds an interval of the same bounds.
    pub(crate) fn add(&mut self, mut interval: Distribution<'_>) {
        self.total.add(interval.count, interval.sum);
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

impl Sample for Histogram {
    fn mark(&self) -> &Mark {
        &self.mark
    }

    fn mark_mut(&mut self) -> &mut Mark {
        &mut self.mark
    }

    fn begin_anew(&mut self) {
        self.counts.fill(0);
        self.total = Total::default();
    }

    /// Its buckets, +Inf, `_sum` and `_count`.
    fn lines(&self) -> usize {
        self.counts.len() + 3
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.counts)
    }

    fn render(&self, out: &mut Vec<u8>, line: &Line<'_>) {
        let mut bucket = |le: &str, count| {
            line.push(out, b"_bucket", le.as_bytes());
            number::push_count(out, count);
            out.push(b'\n');
        };
        for (le, count) in self.bounds.le.iter().zip(&self.counts) {
            bucket(le, *count);
        }
        bucket("le=\"+Inf\"", self.total.count());
        self.total.render(out, line);
    }
}
