//! Spans of calls: tower layers for HTTP servers, gRPC servers and gRPC clients.
//!
//! A span has the names and attributes of OpenTelemetry's semantic conventions (`http.*`, `rpc.*`), carries W3C trace
//! context in and out, and ends when the reply's last byte or trailers have passed, or the call is dropped.
//!
//! ```
//! # fn app() -> axum::Router { axum::Router::new() }
//! let app = app().layer(crate::telemetry::trace::HttpServerLayer);
//! # let _: axum::Router = app;
//! ```
//!
//! Requests that would drown the others make no span: `/healthz` and `/metrics` over HTTP, health checks and
//! reflection over gRPC.

mod body;
mod call;
mod future;
mod grpc;
mod http;
mod layer;
mod propagation;
mod service;

pub use body::ResponseBody;
pub use future::ResponseFuture;
pub use layer::{GrpcClientLayer, GrpcServerLayer, HttpServerLayer};
pub use service::Traced;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

/// The trace that what runs now belongs to, as 32 hexadecimal digits.
#[must_use]
pub fn current_trace_id() -> Option<String> {
    let context = Context::current();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| span.trace_id().to_string())
}
