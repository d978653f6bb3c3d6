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

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

/// The ID of the current trace, as 32 hexadecimal digits. `None` outside a trace.
#[must_use]
pub fn current_trace_id() -> Option<String> {
    current(SpanContext::is_valid)
}

/// As [`current_trace_id`]; `None` also if the trace is not sampled, so that no collector has it.
#[must_use]
pub fn current_sampled_trace_id() -> Option<String> {
    current(|span| span.is_valid() && span.is_sampled())
}

fn current(is_wanted: impl FnOnce(&SpanContext) -> bool) -> Option<String> {
    let context = Context::current();
    let span = context.span();
    let span = span.span_context();
    is_wanted(span).then(|| span.trace_id().to_string())
}
