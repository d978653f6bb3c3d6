//! A histogram of durations in the columns of a counter table.

use std::time::Duration;

use crate::buckets::{Buckets, BucketsError};
use crate::row::Row;

/// The columns of a [`CounterTable`](crate::CounterTable) that hold a histogram: the sum of all durations in
/// nanoseconds, then a count for each bucket, `+Inf` last.
///
/// ```
/// use std::time::Duration;
/// use sharded_metrics::{Buckets, CounterTable, HistogramColumns};
///
/// const REQUESTS: usize = 0;
/// let latency = HistogramColumns::new(1, Buckets::new([0.1, 1.0]))?;
/// let table = CounterTable::new(1, latency.end());
/// table.row(0).update(|row| {
///     row.add(REQUESTS, 1);
///     latency.observe(row, Duration::from_millis(20));
/// });
/// let mut totals = vec![0; table.columns()];
/// table.read_row(0, &mut totals);
/// assert_eq!(latency.bucket_counts(&totals), [1, 0, 0]);
/// assert_eq!(latency.bucket(Duration::from_millis(200)), 1);
/// assert_eq!(latency.sum_nanos(&totals), 20_000_000);
/// # Ok::<_, sharded_metrics::BucketsError>(())
/// ```
#[derive(Debug)]
pub struct HistogramColumns {
    first: usize,
    bounds_seconds: Vec<f64>,
    bounds_nanos: Vec<u64>,
}

impl HistogramColumns {
    /// A histogram whose first column is `first`.
    ///
    /// # Errors
    ///
    /// If the bucket bounds are not positive, finite and strictly ascending.
    pub fn new(first: usize, buckets: Buckets) -> Result<Self, BucketsError> {
        let bounds_seconds = buckets.checked()?;
        // Rounding makes up for decimal bounds that a float cannot represent exactly.
        let bounds_nanos = bounds_seconds.iter().map(|bound| (bound * 1e9).round() as u64).collect();
        Ok(Self { first, bounds_seconds, bounds_nanos })
    }

    /// The first column after the histogram.
    #[must_use]
    pub fn end(&self) -> usize {
        self.first + 1 + self.bounds_seconds.len() + 1
    }

    /// The buckets' upper bounds in seconds, ascending, without `+Inf`.
    #[must_use]
    pub fn bounds_seconds(&self) -> &[f64] {
        &self.bounds_seconds
    }

    /// Counts a duration. Call it within [`Row::update`], so that readers see sum and count change together.
    ///
    /// # Panics
    ///
    /// If the table has no such columns.
    #[inline]
    pub fn observe(&self, row: &Row<'_>, duration: Duration) {
        let nanos = nanos(duration);
        row.add(self.first, nanos);
        row.add(self.first + 1 + self.bucket_of_nanos(nanos), 1);
    }

    /// The index of the bucket that counts a duration, in the order of [`bucket_counts`](Self::bucket_counts).
    #[must_use]
    #[inline]
    pub fn bucket(&self, duration: Duration) -> usize {
        self.bucket_of_nanos(nanos(duration))
    }

    #[inline]
    fn bucket_of_nanos(&self, nanos: u64) -> usize {
        self.bounds_nanos.iter().position(|bound| nanos <= *bound).unwrap_or(self.bounds_nanos.len())
    }

    /// The durations in each bucket, not cumulative, `+Inf` last. `totals` is a row of
    /// [`CounterTable::read_row`](crate::CounterTable::read_row).
    ///
    /// # Panics
    ///
    /// If the row ends before the histogram.
    #[must_use]
    pub fn bucket_counts<'a>(&self, totals: &'a [u64]) -> &'a [u64] {
        &totals[self.first + 1..self.end()]
    }

    /// The sum of all durations in nanoseconds; it wraps around after 584 years. `totals` is as for
    /// [`bucket_counts`](Self::bucket_counts).
    ///
    /// # Panics
    ///
    /// If the row ends before the histogram.
    #[must_use]
    pub fn sum_nanos(&self, totals: &[u64]) -> u64 {
        totals[self.first]
    }
}

#[inline]
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
