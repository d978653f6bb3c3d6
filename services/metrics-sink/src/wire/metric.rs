//! `io.prometheus.client.Metric`: labels, timestamp, and a value whose field depends on the family's type.

use super::distribution::Distribution;
use super::fields::{Fields, Merged, Value, WireError};

/// The type of a family. A family without a type is a counter, which is protobuf's default for the enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A counter.
    Counter,
    /// A gauge.
    Gauge,
    /// A summary.
    Summary,
    /// A number of unspecified meaning.
    Untyped,
    /// A histogram with buckets.
    Histogram,
}

/// One metric of a family, not decoded yet.
#[derive(Debug, Clone, Copy)]
pub struct Metric<'a> {
    bytes: &'a [u8],
}

/// The timestamp and the encoded value of a metric.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Milliseconds since the Unix epoch; 0 if absent.
    pub timestamp_ms: i64,
    value: Option<Merged<'a>>,
}

/// A label as sent. Name and value need not be UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    /// The name, including dots.
    pub name: &'a [u8],
    /// The value.
    pub value: &'a [u8],
}

const LABEL: u32 = 1;
const TIMESTAMP: u32 = 6;

impl Kind {
    /// The type with a number as encoded. Protobuf truncates the number of an enum to 32 bits.
    pub(super) fn from_varint(varint: u64) -> Result<Self, i32> {
        match (varint as u32).cast_signed() {
            0 => Ok(Kind::Counter),
            1 => Ok(Kind::Gauge),
            2 => Ok(Kind::Summary),
            3 => Ok(Kind::Untyped),
            4 => Ok(Kind::Histogram),
            other => Err(other),
        }
    }

    /// The field of `Metric` that holds the value.
    fn value_field(self) -> u32 {
        match self {
            Kind::Gauge => 2,
            Kind::Counter => 3,
            Kind::Summary => 4,
            Kind::Untyped => 5,
            Kind::Histogram => 7,
        }
    }

    /// The name in a `# TYPE` line.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Summary => "summary",
            Kind::Untyped => "untyped",
            Kind::Histogram => "histogram",
        }
    }
}

impl<'a> Metric<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// Checks all fields, including values of types other than the family's.
    pub(super) fn check(self) -> Result<(), WireError> {
        let mut fields = Fields::new(self.bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                LABEL => drop(label(value.bytes("Metric.label")?)?),
                2 | 3 | 5 => drop(double(Merged::once(number, value.bytes("Metric's value")?))?),
                4 => {
                    let mut summary = Distribution::parse(Merged::once(4, value.bytes("Metric.summary")?))?;
                    while summary.next_quantile()?.is_some() {}
                }
                7 => {
                    let mut histogram =
                        Distribution::parse(Merged::once(7, value.bytes("Metric.histogram")?))?;
                    while histogram.next_bucket()?.is_some() {}
                }
                TIMESTAMP => drop(value.varint("Metric.timestamp_ms")?),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the timestamp and the value of `kind`, and calls `on_label` with each encoded label.
    ///
    /// # Errors
    ///
    /// Never fails on a metric of a parsed [`Message`](super::Message).
    #[inline]
    pub fn read(self, kind: Kind, mut on_label: impl FnMut(&'a [u8])) -> Result<Sample<'a>, WireError> {
        let mut sample = Sample { timestamp_ms: 0, value: None };
        let value_field = kind.value_field();
        let mut fields = Fields::new(self.bytes);
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (LABEL, Value::Bytes(bytes)) => on_label(bytes),
                (TIMESTAMP, Value::Varint(time)) => sample.timestamp_ms = time.cast_signed(),
                (number, Value::Bytes(bytes)) if number == value_field => {
                    sample.value = Some(match sample.value {
                        None => Merged::once(number, bytes),
                        Some(_) => Merged::all(number, self.bytes),
                    });
                }
                _ => {}
            }
        }
        Ok(sample)
    }

    /// Decodes up to `max` labels, in the order sent. The bound matters: an empty label takes two bytes on the wire
    /// and sixteen times as many in memory.
    ///
    /// # Errors
    ///
    /// Never fails on a metric of a parsed [`Message`](super::Message).
    pub fn labels(self, max: usize) -> Result<Vec<Label<'a>>, WireError> {
        let mut labels = Vec::new();
        let mut fields = Fields::new(self.bytes);
        while labels.len() < max
            && let Some((number, value)) = fields.next()?
        {
            if number == LABEL {
                labels.push(label(value.bytes("Metric.label")?)?);
            }
        }
        Ok(labels)
    }
}

impl<'a> Sample<'a> {
    /// Decodes the value of a counter, gauge or untyped metric; `None` if the value is absent.
    ///
    /// # Errors
    ///
    /// Never fails on a metric of a parsed [`Message`](super::Message).
    #[inline]
    pub fn number(&self) -> Result<Option<f64>, WireError> {
        self.value.map(double).transpose()
    }

    /// Decodes a histogram or summary; `None` if the value is absent.
    ///
    /// # Errors
    ///
    /// Never fails on a metric of a parsed [`Message`](super::Message).
    pub fn distribution(&self) -> Result<Option<Distribution<'a>>, WireError> {
        self.value.map(Distribution::parse).transpose()
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
fn double(mut fields: Merged<'_>) -> Result<f64, WireError> {
    // Fast path for what encoders write: field 1 as eight bytes, and nothing else.
    if let Some([0x09, value @ ..]) = fields.single()
        && let Ok(value) = <[u8; 8]>::try_from(value)
    {
        return Ok(f64::from_le_bytes(value));
    }
    let mut number = 0.0;
    while let Some((field, value)) = fields.next()? {
        if field == 1 {
            number = value.double("value")?;
        }
    }
    Ok(number)
}
