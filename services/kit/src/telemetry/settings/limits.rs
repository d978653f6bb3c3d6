//! Maximum sizes of a span.

use super::variables::{InvalidVariable, Variables};

/// Long enough for most addresses, and so short that a batch of spans with several such values stays below 4 MiB.
const DEFAULT_VALUE_CHARS: u32 = 2048;
/// OpenTelemetry's default for attributes, events and links.
const DEFAULT_COUNT: u32 = 128;

/// Maximum sizes of a span. What exceeds them is cut off or dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of a text: an attribute's value, or the name or status of a span or event.
    pub value_chars: usize,
    /// Attributes of a span.
    pub attributes: u32,
    /// Events of a span.
    pub events: u32,
    /// Links of a span.
    pub links: u32,
    /// Attributes of an event.
    pub event_attributes: u32,
    /// Attributes of a link.
    pub link_attributes: u32,
}

impl Limits {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidVariable> {
        let number = |name| variables.number(name, 0..=i32::MAX as u32);
        let all_values = number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")?;
        let values = number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT")?;
        let all_attributes = number("OTEL_ATTRIBUTE_COUNT_LIMIT")?;
        let attributes = |name| Ok(number(name)?.or(all_attributes).unwrap_or(DEFAULT_COUNT));
        let count = |name| Ok(number(name)?.unwrap_or(DEFAULT_COUNT));
        Ok(Self {
            value_chars: values.or(all_values).unwrap_or(DEFAULT_VALUE_CHARS) as usize,
            attributes: attributes("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT")?,
            events: count("OTEL_SPAN_EVENT_COUNT_LIMIT")?,
            links: count("OTEL_SPAN_LINK_COUNT_LIMIT")?,
            event_attributes: attributes("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT")?,
            link_attributes: attributes("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT")?,
        })
    }
}
