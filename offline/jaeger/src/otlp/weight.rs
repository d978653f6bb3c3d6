//! What a span takes of memory, near enough to bound it.

use std::mem::size_of;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, span};

pub(super) fn of_span(span: &Span) -> usize {
    let ids = span.trace_id.len() + span.span_id.len() + span.parent_span_id.len();
    let events: usize = span
        .events
        .iter()
        .map(|event| size_of::<span::Event>() + event.name.len() + of_attributes(&event.attributes))
        .sum();
    let links: usize = span
        .links
        .iter()
        .map(|link| {
            let ids = link.trace_id.len() + link.span_id.len() + link.trace_state.len();
            size_of::<span::Link>() + ids + of_attributes(&link.attributes)
        })
        .sum();
    let status = span.status.as_ref().map_or(0, |status| status.message.len());
    let texts = span.name.len() + span.trace_state.len() + status;
    size_of::<Span>() + ids + texts + of_attributes(&span.attributes) + events + links
}

pub(super) fn of_attributes(attributes: &[KeyValue]) -> usize {
    attributes
        .iter()
        .map(|pair| size_of::<KeyValue>() + pair.key.len() + pair.value.as_ref().map_or(0, of_value))
        .sum()
}

/// What a value holds beside itself. prost's limit on nesting bounds the recursion.
fn of_value(value: &AnyValue) -> usize {
    match &value.value {
        Some(Value::StringValue(text)) => text.len(),
        Some(Value::BytesValue(bytes)) => bytes.len(),
        Some(Value::ArrayValue(array)) => {
            array.values.iter().map(|value| size_of::<AnyValue>() + of_value(value)).sum()
        }
        Some(Value::KvlistValue(list)) => of_attributes(&list.values),
        _ => 0,
    }
}
