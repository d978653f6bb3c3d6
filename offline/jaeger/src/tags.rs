//! OTLP attributes as Jaeger's typed tags.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::otlp::Received;
use crate::otlp::common::{AnyValue, KeyValue, any_value::Value};
use crate::otlp::trace::{span::SpanKind, status::StatusCode};

/// JavaScript's `Number.MAX_SAFE_INTEGER`. Jaeger writes larger integers as strings.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Tag {
    pub(crate) key: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) value: Json,
}

impl Tag {
    fn text(key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), kind: "string", value: Json::String(value.into()) }
    }

    /// The value as text, for searches and pages.
    pub(crate) fn as_text(&self) -> String {
        match &self.value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

pub(crate) fn of_attributes<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> Vec<Tag> {
    attributes
        .into_iter()
        .map(|pair| {
            let (kind, value) = typed(pair.value.as_ref());
            Tag { key: pair.key.clone(), kind, value }
        })
        .collect()
}

/// A span's attributes, followed by the fields that Jaeger represents as tags.
pub(crate) fn of_span(received: &Received) -> Vec<Tag> {
    let span = &received.span;
    let mut tags = of_attributes(&span.attributes);
    let (scope, version) = &*received.scope;
    for (key, value) in [("otel.scope.name", scope), ("otel.scope.version", version)] {
        if !value.is_empty() {
            tags.push(Tag::text(key, value));
        }
    }
    if let Some(kind) = span_kind(received) {
        tags.push(Tag::text("span.kind", kind));
    }
    if let Some(status) = &span.status {
        match status.code() {
            StatusCode::Unset => {}
            StatusCode::Ok => tags.push(Tag::text("otel.status_code", "OK")),
            StatusCode::Error => {
                tags.push(Tag::text("otel.status_code", "ERROR"));
                tags.push(Tag { key: "error".to_owned(), kind: "bool", value: Json::Bool(true) });
            }
        }
        if !status.message.is_empty() {
            tags.push(Tag::text("otel.status_description", &status.message));
        }
    }
    if !span.trace_state.is_empty() {
        tags.push(Tag::text("w3c.tracestate", &span.trace_state));
    }
    tags
}

/// The resource's attributes without `service.name`, which Jaeger has beside the tags.
pub(crate) fn of_resource(received: &Received) -> Vec<Tag> {
    of_attributes(received.resource.iter().filter(|pair| pair.key != "service.name"))
}

pub(crate) fn span_kind(received: &Received) -> Option<&'static str> {
    match received.span.kind() {
        SpanKind::Unspecified => None,
        SpanKind::Internal => Some("internal"),
        SpanKind::Server => Some("server"),
        SpanKind::Client => Some("client"),
        SpanKind::Producer => Some("producer"),
        SpanKind::Consumer => Some("consumer"),
    }
}

pub(crate) fn is_error(received: &Received) -> bool {
    received.span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error)
}

fn typed(value: Option<&AnyValue>) -> (&'static str, Json) {
    let json = plain(value);
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::BoolValue(_)) => ("bool", json),
        Some(Value::IntValue(number)) if number.unsigned_abs() > MAX_SAFE_INTEGER => {
            ("int64", Json::String(number.to_string()))
        }
        Some(Value::IntValue(_)) => ("int64", json),
        // JSON has no NaN and no infinity.
        Some(Value::DoubleValue(number)) if !number.is_finite() => {
            ("float64", Json::String(number.to_string()))
        }
        Some(Value::DoubleValue(_)) => ("float64", json),
        Some(Value::BytesValue(_)) => ("binary", json),
        Some(Value::ArrayValue(_) | Value::KvlistValue(_)) => ("string", Json::String(json.to_string())),
        _ => ("string", if json.is_null() { Json::String(String::new()) } else { json }),
    }
}

fn plain(value: Option<&AnyValue>) -> Json {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => Json::String(text.clone()),
        Some(Value::BoolValue(truth)) => Json::Bool(*truth),
        Some(Value::IntValue(number)) => Json::from(*number),
        Some(Value::DoubleValue(number)) => Json::from(*number),
        Some(Value::BytesValue(bytes)) => Json::String(hex(bytes)),
        Some(Value::ArrayValue(array)) => {
            Json::Array(array.values.iter().map(|value| plain(Some(value))).collect())
        }
        Some(Value::KvlistValue(list)) => {
            let pairs = list.values.iter().map(|pair| (pair.key.clone(), plain(pair.value.as_ref())));
            Json::Object(Map::from_iter(pairs))
        }
        _ => Json::Null,
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
