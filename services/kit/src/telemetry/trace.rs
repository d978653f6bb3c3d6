//! Spans of HTTP requests. `grpc_telemetry::trace` makes those of gRPC calls.
//!
//! A span has the names and attributes of OpenTelemetry's semantic conventions (`http.*`), continues the trace of the
//! request's W3C `traceparent` header, and ends with the response's last byte, or when the request is dropped.
//!
//! ```
//! # fn app() -> axum::Router { axum::Router::new() }
//! let app = app().layer(kit::telemetry::trace::HttpServerLayer);
//! # let _: axum::Router = app;
//! ```
//!
//! `/healthz` and `/metrics` have no spans: health checks and scrapes would outnumber all others.

mod http_server;
mod span;

pub use http_server::{HttpServerLayer, HttpServerService, ResponseBody, ResponseFuture};

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

/// The ID of the current trace, as 32 hexadecimal digits. `None` outside a trace.
#[must_use]
pub fn current_trace_id() -> Option<String> {
    let context = Context::current();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| span.trace_id().to_string())
}
