//! `io.prometheus.client.Metric`: labels, and the value of its kind.

use super::fields::{Fields, Value, WireError};
use super::message::Kind;

/// One metric of a family.
#[derive(Debug, Clone, Copy)]
pub struct MetricView<'a> {
    bytes: &'a [u8],
}

/// What one walk over a metric finds.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// When it was read, in milliseconds since the epoch; 0 if that is not said.
    pub timestamp_ms: i64,
    value: Option<&'a [u8]>,
}

/// One label as sent. Neither need be UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// The name, dots and all.
    pub name: &'a [u8],
    /// The value.
    pub value: &'a [u8],
}

/// A histogram, or a summary: count, sum, and pairs.
#[derive(Debug, Clone, Copy)]
pub struct Distribution<'a> {
    /// The number of observations.
    pub count: u64,
    /// The sum of the observations.
    pub sum: f64,
    pairs: Fields<'a>,
}

/// A histogram's bucket: everything up to and including `upper_bound`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The bound.
    pub upper_bound: f64,
    /// The number of observations in this bucket and those below it.
    pub cumulative_count: u64,
}

/// A summary's quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// Which, from 0 to 1.
    pub quantile: f64,
    /// Its value; NaN if there was no observation.
    pub value: f64,
}

const LABEL: u32 = 1;
const TIMESTAMP: u32 = 6;

fn number_of(kind: Kind) -> u32 {
    match kind {
        Kind::Gauge => 2,
        Kind::Counter => 3,
        Kind::Summary => 4,
        Kind::Untyped => 5,
        Kind::Histogram => 7,
    }
}

impl<'a> MetricView<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Walks all of it, whatever its kind.
    pub(super) fn check(self) -> Result<(), WireError> {
        let mut fields = Fields::new(self.bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                LABEL => drop(label(value.bytes("Metric.label")?)?),
                2 | 3 | 5 => drop(double(value.bytes("Metric's value")?)?),
                4 => {
                    let mut summary = Distribution::read(value.bytes("Metric.summary")?)?;
                    while summary.next_quantile()?.is_some() {}
                }
                7 => {
                    let mut histogram = Distribution::read(value.bytes("Metric.histogram")?)?;
                    while histogram.next_bucket()?.is_some() {}
                }
                TIMESTAMP => drop(value.varint("Metric.timestamp_ms")?),
                _ => {}
            }
        }
        Ok(())
    }

    /// The value of `kind` and the time, handing each label's bytes to `each` on the way.
    ///
    /// # Errors
    ///
    /// What is wrong with the metric.
    #[inline]
    pub fn read(self, kind: Kind, mut each: impl FnMut(&'a [u8])) -> Result<Reading<'a>, WireError> {
        let mut reading = Reading { timestamp_ms: 0, value: None };
        let wanted = number_of(kind);
        let mut fields = Fields::new(self.bytes);
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (LABEL, Value::Bytes(bytes)) => each(bytes),
                (TIMESTAMP, Value::Varint(time)) => reading.timestamp_ms = time.cast_signed(),
                (number, Value::Bytes(bytes)) if number == wanted => reading.value = Some(bytes),
                _ => {}
            }
        }
        Ok(reading)
    }

    /// The first `most` labels, in the order in which they were sent. An empty one takes two bytes of a message, and
    /// sixteen times as many here: without a bound, a message could fill the memory.
    ///
    /// # Errors
    ///
    /// What is wrong with the metric.
    pub fn labels(self, most: usize) -> Result<Vec<Label<'a>>, WireError> {
        let mut labels = Vec::new();
        let mut fields = Fields::new(self.bytes);
        while labels.len() < most
            && let Some((number, value)) = fields.next()?
        {
            if number == LABEL {
                labels.push(label(value.bytes("Metric.label")?)?);
            }
        }
        Ok(labels)
    }
}

impl<'a> Reading<'a> {
    /// The number of a counter, a gauge or an untyped metric; `None` if it has none.
    ///
    /// # Errors
    ///
    /// What is wrong with the metric.
    #[inline]
    pub fn number(&self) -> Result<Option<f64>, WireError> {
        self.value.map(double).transpose()
    }

    /// A histogram or a summary; `None` if it has none.
    ///
    /// # Errors
    ///
    /// What is wrong with the metric.
    pub fn distribution(&self) -> Result<Option<Distribution<'a>>, WireError> {
        self.value.map(Distribution::read).transpose()
    }
}

impl<'a> Distribution<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut distribution = Self { count: 0, sum: 0.0, pairs: Fields::new(bytes) };
        let mut fields = Fields::new(bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => distribution.count = value.varint("sample_count")?,
                2 => distribution.sum = value.double("sample_sum")?,
                _ => {}
            }
        }
        Ok(distribution)
    }

    /// The next bucket of a histogram, as sent; `None` at the end.
    ///
    /// # Errors
    ///
    /// What is wrong with the histogram.
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

    /// The next quantile of a summary, as sent; `None` at the end.
    ///
    /// # Errors
    ///
    /// What is wrong with the summary.
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

fn label(bytes: &[u8]) -> Result<Label<'_>, WireError> {
    let mut label = Label { name: b"", value: b"" };
    let mut fields = Fields::new(bytes);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => label.name = value.bytes("LabelPair.name")?,
            2 => label.value = value.bytes("LabelPair.value")?,
            _ => {}
        }
    }
    Ok(label)
}

#[inline]
fn double(bytes: &[u8]) -> Result<f64, WireError> {
    // Written by every encoder: field 1, eight bytes, nothing else.
    if let [0x09, value @ ..] = bytes
        && let Ok(value) = <[u8; 8]>::try_from(value)
    {
        return Ok(f64::from_le_bytes(value));
    }
    let mut number = 0.0;
    let mut fields = Fields::new(bytes);
    while let Some((field, value)) = fields.next()? {
        if field == 1 {
            number = value.double("value")?;
        }
    }
    Ok(number)
}
