//! A span around each operation, by OpenTelemetry's conventions for databases.

use tracing::Span;
use tracing::field::Empty;

use super::error::Error;
use crate::operation::Operation;

const COLLECTION: &str = "orders";

/// A child of the current span. It includes the wait for a connection.
pub(super) fn of(operation: Operation) -> Span {
    let verb = operation.verb();
    let summary = format!("{verb} {COLLECTION}");
    tracing::info_span!(
        "db",
        otel.name = summary,
        otel.kind = "client",
        db.system.name = "sqlite",
        db.operation.name = verb,
        db.collection.name = COLLECTION,
        db.query.summary = summary,
        db.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
        otel.status_description = Empty,
    )
}

pub(super) fn failed(span: &Span, error: &Error) {
    match error.sqlite_code() {
        Some(code) => {
            let code = code.to_string();
            span.record("db.response.status_code", &code);
            span.record("error.type", &code);
        }
        None => {
            span.record("error.type", "_OTHER");
        }
    }
    span.record("otel.status_code", "error");
    span.record("otel.status_description", error.to_string());
}
