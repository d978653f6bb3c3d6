//! A histogram of times among the counters of a row.

use std::time::Duration;

use prometheus::proto;

use crate::counters::{Buckets, BucketsError, Row};

/// Where a histogram's cells are in a row: the sum of nanoseconds, then one for each bucket, `+Inf` last.
#[derive(Debug)]
pub struct Histogram {
    first: usize,
    /// Upper bounds in seconds.
    bounds: Vec<f64>,
    /// The same in whole nanoseconds.
    nanos: Vec<u64>,
}

impl Histogram {
    /// A histogram whose cells begin with the one of number `first`.
    ///
    /// # Errors
    ///
    /// The bounds are no buckets.
    pub fn new(first: usize, buckets: Buckets) -> Result<Self, BucketsError> {
        let bounds = buckets.checked()?;
        // Rounding undoes what a decimal bound loses as a float; a duration is whole nanoseconds.
        let nanos = bounds.iter().map(|bound| (bound * 1e9).round() as u64).collect();
        Ok(Self { first, bounds, nanos })
    }

    /// The number of the first cell behind it.
    pub fn end(&self) -> usize {
        self.first + 1 + self.bounds.len() + 1
    }

    /// Counts a time. That the sum and the count are seen together needs [`Row::together`] around it.
    #[inline]
    pub fn observe(&self, row: &Row<'_>, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = self.nanos.iter().position(|bound| nanos <= *bound).unwrap_or(self.nanos.len());
        row.add(self.first, nanos);
        row.add(self.first + 1 + bucket, 1);
    }

    /// Reads it out of a row's sums, as [`Cells::sum`](crate::counters::Cells::sum) gives them; in seconds.
    pub fn read(&self, sums: &[u64]) -> proto::Histogram {
        let counts = &sums[self.first..=self.first + self.bounds.len()];
        let mut total = 0;
        let buckets = self.bounds.iter().zip(counts).map(|(bound, count)| {
            total += count;
            let mut bucket = proto::Bucket::default();
            bucket.set_upper_bound(*bound);
            bucket.set_cumulative_count(total);
            bucket
        });
        let mut histogram = proto::Histogram::default();
        histogram.set_bucket(buckets.collect());
        histogram.set_sample_count(counts.iter().sum());
        histogram.set_sample_sum(self.nanos(sums) as f64 / 1e9);
        histogram
    }

    /// The sum of all times in a row's sums, in nanoseconds.
    pub fn nanos(&self, sums: &[u64]) -> u64 {
        sums[self.first - 1]
    }
}
