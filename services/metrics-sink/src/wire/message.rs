//! `envoy.service.metrics.v3.StreamMetricsMessage` and its metric families. The v2 messages have the same wire format.

use super::fields::{Fields, Value, WireError};
use super::metric::{Kind, Metric};

/// A `StreamMetricsMessage` whose fields have all been checked against the schema.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    bytes: &'a [u8],
    node: Option<Node<'a>>,
    family_count: usize,
}

/// The sender, from `identifier.node`. Envoy sends it in a stream's first message only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node<'a> {
    /// `node.id`.
    pub id: &'a [u8],
    /// `node.cluster`.
    pub cluster: &'a [u8],
}

/// Iterates over the families of a message.
#[derive(Debug, Clone, Copy)]
pub struct Families<'a> {
    fields: Fields<'a>,
}

/// One `io.prometheus.client.MetricFamily`.
#[derive(Debug, Clone, Copy)]
pub struct Family<'a> {
    /// The name as sent, including dots.
    pub name: &'a [u8],
    /// The help text as sent; empty if absent. Envoy sends none.
    pub help: &'a [u8],
    /// The type, or its number if it is unknown or cannot be exposed.
    pub kind: Result<Kind, i32>,
    fields: Fields<'a>,
}

impl<'a> Message<'a> {
    /// Checks the whole message, so that an error anywhere in it is found before any part takes effect.
    ///
    /// # Errors
    ///
    /// Returns the first violation of the wire format or the schema.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let mut message = Self { bytes, node: None, family_count: 0 };
        let mut fields = Fields::new(bytes);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => {
                    let identifier = value.bytes("StreamMetricsMessage.identifier")?;
                    message.node = merge_node(message.node, identifier)?;
                }
                2 => {
                    message.family_count += 1;
                    let mut family = Family::parse(value.bytes("StreamMetricsMessage.envoy_metrics")?)?;
                    while let Some(metric) = family.next_metric()? {
                        metric.check()?;
                    }
                }
                _ => {}
            }
        }
        Ok(message)
    }

    /// The sender, if the message has an identifier with a node.
    pub fn node(&self) -> Option<Node<'a>> {
        self.node
    }

    /// The number of metric families.
    pub fn family_count(&self) -> usize {
        self.family_count
    }

    /// The length of the encoded message.
    pub fn byte_count(&self) -> usize {
        self.bytes.len()
    }

    /// The families, in the order sent.
    pub fn families(&self) -> Families<'a> {
        Families { fields: Fields::new(self.bytes) }
    }
}

impl<'a> Families<'a> {
    /// Returns the next family, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Never fails on the families of a parsed [`Message`].
    #[inline]
    pub fn next_family(&mut self) -> Result<Option<Family<'a>>, WireError> {
        while let Some((number, value)) = self.fields.next()? {
            if number == 2 {
                return Family::parse(value.bytes("StreamMetricsMessage.envoy_metrics")?).map(Some);
            }
        }
        Ok(None)
    }
}

/// The sender according to an identifier that follows one with `node`. Protobuf merges both.
fn merge_node<'a>(mut node: Option<Node<'a>>, identifier: &'a [u8]) -> Result<Option<Node<'a>>, WireError> {
    let mut fields = Fields::new(identifier);
    while let Some((number, value)) = fields.next()? {
        if number != 1 {
            continue;
        }
        let merged = node.get_or_insert(Node { id: b"", cluster: b"" });
        let mut fields = Fields::new(value.bytes("Identifier.node")?);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => merged.id = value.bytes("Node.id")?,
                2 => merged.cluster = value.bytes("Node.cluster")?,
                _ => {}
            }
        }
    }
    Ok(node)
}

impl<'a> Family<'a> {
    #[inline]
    fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (mut name, mut help, mut kind) = (&b""[..], &b""[..], Ok(Kind::Counter));
        let mut fields = Fields::new(bytes);
        while let Some((number, value)) = fields.next()? {
            match (number, value) {
                (1, value) => name = value.bytes("MetricFamily.name")?,
                (2, value) => help = value.bytes("MetricFamily.help")?,
                (3, value) => kind = Kind::from_varint(value.varint("MetricFamily.type")?),
                (4, Value::Bytes(_)) => {}
                (4, _) => return Err(WireError::Schema("MetricFamily.metric")),
                _ => {}
            }
        }
        Ok(Self { name, help, kind, fields: Fields::new(bytes) })
    }

    /// Returns the next metric, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Never fails on a family of a parsed [`Message`].
    #[inline]
    pub fn next_metric(&mut self) -> Result<Option<Metric<'a>>, WireError> {
        while let Some((number, value)) = self.fields.next()? {
            if number == 4 {
                return Ok(Some(Metric::new(value.bytes("MetricFamily.metric")?)));
            }
        }
        Ok(None)
    }
}
