//! `envoy.service.metrics.v3.StreamMetricsMessage` and its metric families; v2's are the same on the wire.

use super::fields::{Fields, Value, WireError};
use super::metric::MetricView;

/// One message of the stream.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    fields: Fields<'a>,
}

/// Who sends: `identifier.node`. Envoy sends it in a stream's first message only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// `node.id`.
    pub id: &'a [u8],
    /// `node.cluster`.
    pub cluster: &'a [u8],
}

/// What a family's metrics are. Protobuf's default, for a family that names no type, is a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A counter.
    Counter,
    /// A gauge.
    Gauge,
    /// A summary.
    Summary,
    /// A number whose meaning is not said.
    Untyped,
    /// A histogram with buckets.
    Histogram,
}

/// One `io.prometheus.client.MetricFamily`.
#[derive(Debug, Clone, Copy)]
pub struct Family<'a> {
    /// The name as sent, dots and all.
    pub name: &'a [u8],
    /// The type; what the schema does not know, or this program cannot expose, is its number.
    pub kind: Result<Kind, u64>,
    fields: Fields<'a>,
}

impl<'a> Message<'a> {
    /// A view of `bytes`; nothing is checked yet.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { fields: Fields::new(bytes) }
    }

    /// Walks the whole message once, so that a message that is wrong anywhere is refused before any of it has had an
    /// effect. Gives its identity, if it has one, and the number of its families.
    ///
    /// # Errors
    ///
    /// What is wrong with the message.
    pub fn check(self) -> Result<(Option<Identity<'a>>, usize), WireError> {
        let mut identity = None;
        let mut families = 0;
        let mut fields = self.fields;
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => identity = node(value.bytes("StreamMetricsMessage.identifier")?)?.or(identity),
                2 => {
                    families += 1;
                    let mut family = Family::read(value.bytes("StreamMetricsMessage.envoy_metrics")?)?;
                    while let Some(metric) = family.next_metric()? {
                        metric.check()?;
                    }
                }
                _ => {}
            }
        }
        Ok((identity, families))
    }

    /// The next family; `None` at the end.
    ///
    /// # Errors
    ///
    /// What is wrong with the message.
    #[inline]
    pub fn next_family(&mut self) -> Result<Option<Family<'a>>, WireError> {
        while let Some((number, value)) = self.fields.next()? {
            if number == 2 {
                return Family::read(value.bytes("StreamMetricsMessage.envoy_metrics")?).map(Some);
            }
        }
        Ok(None)
    }
}

fn node(identifier: &[u8]) -> Result<Option<Identity<'_>>, WireError> {
    let mut identity = None;
    let mut fields = Fields::new(identifier);
    while let Some((number, value)) = fields.next()? {
        if number != 1 {
            continue;
        }
        let (mut id, mut cluster) = (&b""[..], &b""[..]);
        let mut fields = Fields::new(value.bytes("Identifier.node")?);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => id = value.bytes("Node.id")?,
                2 => cluster = value.bytes("Node.cluster")?,
                _ => {}
            }
        }
        identity = Some(Identity { id, cluster });
    }
    Ok(identity)
}

impl<'a> Family<'a> {
    #[inline]
    fn read(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (mut name, mut kind) = (&b""[..], Ok(Kind::Counter));
        let mut fields = Fields::new(bytes);
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (1, value) => name = value.bytes("MetricFamily.name")?,
                (3, value) => kind = Kind::from_number(value.varint("MetricFamily.type")?),
                (4, Value::Bytes(_)) => {}
                (4, _) => return Err(WireError::Schema("MetricFamily.metric")),
                _ => {}
            }
        }
        Ok(Self { name, kind, fields: Fields::new(bytes) })
    }

    /// The next metric; `None` at the end.
    ///
    /// # Errors
    ///
    /// What is wrong with the family.
    #[inline]
    pub fn next_metric(&mut self) -> Result<Option<MetricView<'a>>, WireError> {
        while let Some((number, value)) = self.fields.next()? {
            if number == 4 {
                return Ok(Some(MetricView::new(value.bytes("MetricFamily.metric")?)));
            }
        }
        Ok(None)
    }
}

impl Kind {
    fn from_number(number: u64) -> Result<Self, u64> {
        match number {
            0 => Ok(Kind::Counter),
            1 => Ok(Kind::Gauge),
            2 => Ok(Kind::Summary),
            3 => Ok(Kind::Untyped),
            4 => Ok(Kind::Histogram),
            other => Err(other),
        }
    }

    /// As a TYPE line names it.
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
