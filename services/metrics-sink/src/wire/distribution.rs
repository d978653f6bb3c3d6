//! `io.prometheus.client.Histogram` and `Summary`. Both have a count in field 1, a sum in field 2, and repeated pairs in
//! field 3: buckets or quantiles.

use super::fields::{Fields, Merged, WireError};

/// A histogram or summary.
#[derive(Debug, Clone, Copy)]
pub struct Distribution<'a> {
    /// The number of observations.
    pub count: u64,
    /// The sum of the observations.
    pub sum: f64,
    pairs: Merged<'a>,
}

/// A histogram bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The inclusive upper bound.
    pub upper_bound: f64,
    /// The number of observations less than or equal to `upper_bound`.
    pub cumulative_count: u64,
}

/// A quantile of a summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The quantile, from 0 to 1.
    pub quantile: f64,
    /// Its value; NaN without observations.
    pub value: f64,
}

impl<'a> Distribution<'a> {
    pub(super) fn parse(mut fields: Merged<'a>) -> Result<Self, WireError> {
        let mut distribution = Self { count: 0, sum: 0.0, pairs: fields };
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => distribution.count = value.varint("sample_count")?,
                2 => distribution.sum = value.double("sample_sum")?,
                _ => {}
            }
        }
        Ok(distribution)
    }

    /// Returns the next bucket of a histogram as sent, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Never fails on a histogram of a parsed [`Message`](super::Message).
    pub fn next_bucket(&mut self) -> Result<Option<Bucket>, WireError> {
        let Some(bytes) = self.next_pair("Histogram.bucket")? else { return Ok(None) };
        let mut bucket = Bucket { upper_bound: 0.0, cumulative_count: 0 };
        let mut fields = Fields::new(bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => bucket.cumulative_count = value.varint("Bucket.cumulative_count")?,
                2 => bucket.upper_bound = value.double("Bucket.upper_bound")?,
                _ => {}
            }
        }
        Ok(Some(bucket))
    }

    /// Returns the next quantile of a summary as sent, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Never fails on a summary of a parsed [`Message`](super::Message).
    pub fn next_quantile(&mut self) -> Result<Option<Quantile>, WireError> {
        let Some(bytes) = self.next_pair("Summary.quantile")? else { return Ok(None) };
        let mut quantile = Quantile { quantile: 0.0, value: 0.0 };
        let mut fields = Fields::new(bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => quantile.quantile = value.double("Quantile.quantile")?,
                2 => quantile.value = value.double("Quantile.value")?,
                _ => {}
            }
        }
        Ok(Some(quantile))
    }

    fn next_pair(&mut self, field: &'static str) -> Result<Option<&'a [u8]>, WireError> {
        while let Some((number, value)) = self.pairs.next()? {
            if number == 3 {
                return value.bytes(field).map(Some);
            }
        }
        Ok(None)
    }
}
