//! Spans of HTTP requests. `grpc_telemetry::trace` makes those of gRPC calls.
//!
//! A span has the names and attributes of OpenTelemetry's semantic conventions (`http.*`), continues the trace of the
//! request's headers, and ends with the response's last byte, or when the request is dropped.
//!
//! ```
//! # fn app() -> axum::Router { axum::Router::new() }
//! let app = app().layer(kit::telemetry::trace::HttpServerLayer);
//! # let _: axum::Router = app;
//! ```
//!
//! `/healthz` and `/metrics` have no spans: health checks and scrapes would outnumber all others.

mod http_server;
mod query;
mod span;

pub use http_server::{HttpServerLayer, HttpServerService, ResponseBody, ResponseFuture};

pub use opentelemetry::trace::SpanContext;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

/// The ID of the current trace, as 32 hexadecimal digits. `None` outside a trace.
#[must_use]
pub fn current_trace_id() -> Option<String> {
    current(|span| span.is_valid().then(|| span.trace_id().to_string()))
}

/// As [`current_trace_id`]; `None` also if the trace is not sampled, so that no collector has it.
#[must_use]
pub fn current_sampled_trace_id() -> Option<String> {
    current(|span| is_sampled(span).then(|| span.trace_id().to_string()))
}

/// The current span, if this process records it and its trace is sampled: an exemplar may refer to it.
#[must_use]
pub fn sampled_span() -> Option<SpanContext> {
    current(|span| (is_sampled(span) && !span.is_remote()).then(|| span.clone()))
}

fn current<T>(read: impl FnOnce(&SpanContext) -> T) -> T {
    read(Context::current().span().span_context())
}

fn is_sampled(span: &SpanContext) -> bool {
    span.is_valid() && span.is_sampled()
}
