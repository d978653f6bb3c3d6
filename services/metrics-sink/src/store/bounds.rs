//! Bucket bounds of histograms, which a node's histograms share.

use std::sync::Arc;

use kit::exposition::push_float;

use super::budget::Cost;
use super::number;
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
            bounds.push(bucket.upper_bound);
        }
        Ok(bounds)
    }

    /// Saved bounds, which must be valid, at most `max`.
    pub(super) fn of_saved(upper: &[f64], max: usize) -> Result<Self, Reason> {
        if upper.len() > max.min(MAX_BUCKETS) {
            return Err(Reason::Series);
        }
        let mut bounds = Self { upper: Vec::new(), le: Vec::new(), canonical_le: Vec::new() };
        upper.iter().for_each(|bound| bounds.push(*bound));
        Ok(bounds)
    }

    fn push(&mut self, bound: f64) {
        let mut le = String::from("le=\"");
        // Adding zero turns -0 into 0.
        number::push_bound(&mut le, bound + 0.0);
        le.push('"');
        self.upper.push(bound);
        self.le.push(le.into());
        self.canonical_le.push(canonical_le(bound));
    }

    pub(super) fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// The label of each bucket in the text format.
    pub(super) fn le(&self) -> &[Box<str>] {
        &self.le
    }

    /// The label of each bucket in OpenMetrics.
    pub(super) fn canonical_le(&self) -> &[Box<str>] {
        &self.canonical_le
    }

    /// Whether `sent` has these bounds.
    pub(super) fn matches(&self, mut sent: Distribution<'_>) -> bool {
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

    /// The cached bounds that are `upper`.
    pub(super) fn find_saved(&self, upper: &[f64]) -> Option<&Arc<Bounds>> {
        self.0.iter().find(|bounds| bounds.upper == upper)
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
