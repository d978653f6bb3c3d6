//! The values of a window at one point in time.

use crate::windowed::log_linear::{bounds, midpoint};

/// The values of a window at one point in time.
/// See [`WindowedHistogram`](crate::WindowedHistogram#accuracy) for the accuracy of each figure.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Each bucket that is not empty, ascending, with the number of values up to and including it.
    cumulative: Box<[(usize, u64)]>,
    sum: u64,
    min: u64,
    max: u64,
}

impl Snapshot {
    pub(crate) fn new(counts: &[u64], sum: u64, (min, max): (u64, u64)) -> Self {
        let mut total = 0;
        let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let cumulative: Box<[_]> = filled
            .map(|(bucket, count)| {
                total += count;
                (bucket, total)
            })
            .collect();
        // The extremes are read slightly after the buckets, so a concurrent record may have changed only one of them. The
        // extremes are clamped to the outermost buckets to stay consistent.
        let clamp = |value: u64, bucket: Option<&(usize, u64)>| {
            bucket.map_or(0, |(bucket, _)| value.clamp(bounds(*bucket).0, bounds(*bucket).1))
        };
        let (min, max) = (clamp(min, cumulative.first()), clamp(max, cumulative.last()));
        Self { cumulative, sum, min, max }
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cumulative.last().map_or(0, |(_, total)| *total)
    }

    /// Sum of all values; it wraps around at 2^64.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The smallest value; 0 for an empty window.
    #[must_use]
    pub fn min(&self) -> u64 {
        self.min
    }

    /// The largest value; 0 for an empty window.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The arithmetic mean; NaN for an empty window.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.count() as f64
    }

    /// The population variance, computed from the midpoints of the buckets; NaN for an empty window.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let count = self.count() as f64;
        let values = || self.counts().map(|(value, count)| (value as f64, count as f64));
        let mean = values().map(|(value, count)| value * count).sum::<f64>() / count;
        values().map(|(value, count)| (value - mean).powi(2) * count).sum::<f64>() / count
    }

    /// The square root of the [variance](Self::variance); NaN for an empty window.
    #[must_use]
    pub fn stddev(&self) -> f64 {
        self.variance().sqrt()
    }

    /// The `q`-quantile by nearest rank: the smallest value that is greater than or equal to a fraction `q` of all
    /// values. `q` is clamped to 0 (the minimum) and 1 (the maximum). NaN for an empty window.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        // Counts above 2^53 lose precision as floats, less than the buckets do.
        let rank = (q.clamp(0.0, 1.0) * self.count() as f64).ceil() as u64;
        let rank = rank.clamp(1, self.count().max(1));
        let position = self.cumulative.partition_point(|(_, total)| *total < rank);
        match self.cumulative.get(position) {
            None => f64::NAN,
            Some(_) if rank == self.count() => self.max as f64,
            Some(_) if rank == 1 => self.min as f64,
            Some((bucket, _)) => midpoint(*bucket).clamp(self.min, self.max) as f64,
        }
    }

    /// The midpoint of each bucket that is not empty, and its number of values.
    fn counts(&self) -> impl Iterator<Item = (u64, u64)> {
        let previous = [0].into_iter().chain(self.cumulative.iter().map(|(_, total)| *total));
        self.cumulative
            .iter()
            .zip(previous)
            .map(|((bucket, total), previous)| (midpoint(*bucket), total - previous))
    }
}
