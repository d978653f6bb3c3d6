//! OpenTelemetry spans, recorded with [`tracing`] and `tracing-opentelemetry`.
//!
//! A span has the name and attributes of OpenTelemetry's stable semantic conventions for RPC: `package.Service/Method`,
//! `rpc.system.name`, `rpc.method`, `rpc.response.status_code`, `error.type` for an error, and on clients
//! `server.address` and `server.port`. It starts with the call and ends with it. The wrapped service runs inside it.
//!
//! A server joins the trace of the request's headers, and a client sends them, with the propagator that
//! [`opentelemetry::global::set_text_map_propagator`] has installed. Without one, traces end at the process. Where spans
//! are disabled, the context of a server's request is still the current one while its handler runs, so that a client in
//! the handler passes it on.
//!
//! ```
//! use grpc_telemetry::ServerLayer;
//! use grpc_telemetry::trace::Tracer;
//!
//! let server = tonic::transport::Server::builder().layer(ServerLayer::new(Tracer::new()));
//! # let _ = server;
//! ```

use std::sync::Arc;

use http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::global::get_text_map_propagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use tonic::Code;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::status::upper_case_name;
use crate::{CallEnd, CallObserver, Direction, Moment, Observer, RequestHead, SampledSpan, Side};

/// Records a span of each call.
///
/// On servers, health checks and reflection (`grpc.health.v1.Health`, `grpc.reflection.*`) have no spans.
#[derive(Clone, Debug, Default)]
pub struct Tracer {
    server: Option<Arc<(String, u16)>>,
}

/// The span of one call, if it has one.
#[derive(Debug)]
pub struct Call(Option<OpenSpan>);

#[derive(Debug)]
struct OpenSpan {
    side: Side,
    span: Span,
    /// The client's context, if `span` cannot be its child because spans are disabled.
    remote_context: Option<Context>,
}

// === impl Tracer ===

impl Tracer {
    /// A tracer for servers, or for clients whose spans have no `server.address`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A tracer for a client of this server: its spans have `server.address` and `server.port`.
    #[must_use]
    pub fn with_server(host: impl Into<String>, port: u16) -> Self {
        Self { server: Some(Arc::new((host.into(), port))) }
    }

    fn client_span(&self, path: &str) -> Span {
        let method = method(path);
        tracing::info_span!(
            "grpc.client",
            otel.name = method,
            otel.kind = "client",
            rpc.system.name = "grpc",
            rpc.method = method,
            server.address = self.server.as_ref().map(|server| server.0.as_str()),
            // `tracing-opentelemetry` records an unsigned integer as a string.
            server.port = self.server.as_ref().map(|server| i64::from(server.1)),
            rpc.response.status_code = Empty,
            error.type = Empty,
            otel.status_code = Empty,
            otel.status_description = Empty,
        )
    }
}

impl Observer for Tracer {
    type Method = ();
    type Call = Call;

    fn find_method(&self, _: Side, _: &str) -> Option<()> {
        None
    }

    fn start(&self, side: Side, _: Option<()>, head: RequestHead<'_>) -> Call {
        let (span, remote_context) = match side {
            Side::Server if is_health_or_reflection(head.path()) => return Call(None),
            Side::Server => {
                let span = server_span(head.path());
                let remote_context = extract(head.headers(), &span);
                (span, remote_context)
            }
            Side::Client => (self.client_span(head.path()), None),
        };
        Call(Some(OpenSpan { side, span, remote_context }))
    }
}

/// Whether a call is a health check or reflection, whose frequent spans would outnumber all others.
fn is_health_or_reflection(path: &str) -> bool {
    path.starts_with("/grpc.health.v1.Health/") || path.starts_with("/grpc.reflection.")
}

fn server_span(path: &str) -> Span {
    let method = method(path);
    tracing::info_span!(
        "grpc.server",
        otel.name = method,
        otel.kind = "server",
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
        otel.status_description = Empty,
    )
}

/// `package.Service/Method`, the name of the method and of the span.
fn method(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// Makes `span`, which has not been entered yet, a child of the context in the headers. If spans are disabled, returns
/// the headers' context instead.
fn extract(headers: &HeaderMap, span: &Span) -> Option<Context> {
    let headers = HeaderExtractor(headers);
    let remote =
        get_text_map_propagator(|propagator| propagator.extract_with_context(&Context::new(), &headers));
    if !remote.span().span_context().is_valid() && remote.baggage().is_empty() {
        return None;
    }
    span.set_parent(remote.clone()).err().map(|_| remote)
}

// === impl Call ===

impl CallObserver for Call {
    type Messages = ();

    fn sampled_span(&self) -> Option<SampledSpan> {
        let context = self.0.as_ref()?.span.context();
        let span = context.span();
        let ids = span.span_context();
        let to_ids = || SampledSpan {
            trace_id: u128::from_be_bytes(ids.trace_id().to_bytes()),
            span_id: u64::from_be_bytes(ids.span_id().to_bytes()),
        };
        (ids.is_valid() && ids.is_sampled()).then(to_ids)
    }

    /// Adds the headers of the span's context, or of the current one if spans are disabled.
    fn inject(&self, headers: &mut HeaderMap) {
        let Some(OpenSpan { span, .. }) = &self.0 else { return };
        let own = span.context();
        let context = if own.span().span_context().is_valid() { own } else { Context::current() };
        let mut headers = HeaderInjector(headers);
        get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut headers));
    }

    fn in_scope<T>(&self, step: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(OpenSpan { span, remote_context, .. }) => {
                let _attached = remote_context.clone().map(Context::attach);
                span.in_scope(step)
            }
            None => step(),
        }
    }

    fn messages(&self, _: Direction, _: Option<Moment>) {}

    fn end(self, end: &CallEnd<'_>) {
        let Some(OpenSpan { side, span, .. }) = self.0 else { return };
        let code = upper_case_name(end.code);
        span.record("rpc.response.status_code", code);
        if is_error(side, end.code) {
            span.record("error.type", code);
            span.record("otel.status_code", "error");
            span.record("otel.status_description", &*end.message());
        }
        // `tracing-opentelemetry` takes the last exit of the span for its end, which in a dropped call is long ago.
        span.in_scope(|| ());
    }
}

/// Whether a code makes the span an error: on clients any but `OK`, on servers those that are not the client's fault.
fn is_error(side: Side, code: Code) -> bool {
    match side {
        Side::Client => code != Code::Ok,
        Side::Server => matches!(
            code,
            Code::Unknown
                | Code::DeadlineExceeded
                | Code::Unimplemented
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_errors_are_not_server_errors() {
        assert!(is_error(Side::Client, Code::NotFound));
        assert!(!is_error(Side::Server, Code::NotFound));
        assert!(is_error(Side::Server, Code::Internal));
        assert!(!is_error(Side::Client, Code::Ok));
    }
}
