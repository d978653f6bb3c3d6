//! The span of an HTTP request: its attributes and its parent.

use axum::extract::MatchedPath;
use http::{HeaderMap, Method, Request, StatusCode, Version};
use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::global::get_text_map_propagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_http::HeaderExtractor;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::query;

/// Whether a request is a health check or a scrape, whose frequent spans would outnumber all others.
pub(super) fn is_health_or_scrape(path: &str) -> bool {
    matches!(path, "/healthz" | "/metrics")
}

pub(super) fn start<B>(request: &Request<B>) -> Span {
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let verb = method.unwrap_or("HTTP");
    let name = route.map_or_else(|| verb.to_owned(), |route| format!("{verb} {route}"));
    tracing::info_span!(
        "http.server",
        otel.name = name,
        otel.kind = "server",
        http.request.method = method.unwrap_or("_OTHER"),
        http.request.method_original = method.is_none().then(|| request.method().as_str()),
        http.route = route,
        url.path = request.uri().path(),
        url.query = request.uri().query().map(|query| query::redact(query)).as_deref(),
        url.scheme = request.uri().scheme_str().unwrap_or("http"),
        network.protocol.version = version(request.version()),
        http.response.status_code = Empty,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// Makes `span`, which has not been entered yet, a child of the context in the headers. If spans are disabled, returns
/// the headers' context instead: it has to be the current one while the request is handled, so that the trace continues
/// in the services that this one calls.
pub(super) fn extract(headers: &HeaderMap, span: &Span) -> Option<Context> {
    let headers = HeaderExtractor(headers);
    let remote =
        get_text_map_propagator(|propagator| propagator.extract_with_context(&Context::new(), &headers));
    if !remote.span().span_context().is_valid() && remote.baggage().is_empty() {
        return None;
    }
    span.set_parent(remote.clone()).err().map(|_| remote)
}

/// Makes the span an error if the status is 500 or above. A 4xx is the client's error.
pub(super) fn record_status(span: &Span, status: StatusCode) {
    // `tracing-opentelemetry` records an unsigned integer as a string.
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        record_error(span, status.as_str());
    }
}

pub(super) fn record_error(span: &Span, error_type: &str) {
    span.record("otel.status_code", "error");
    span.record("error.type", error_type);
}

/// The method's name if it is a standard one. Clients can send any other, which must not create span names.
fn known(method: &Method) -> Option<&str> {
    const KNOWN: [Method; 9] = [
        Method::CONNECT,
        Method::DELETE,
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PATCH,
        Method::POST,
        Method::PUT,
        Method::TRACE,
    ];
    KNOWN.contains(method).then(|| method.as_str())
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}
