//! What a span says of an HTTP request.

use axum::extract::MatchedPath;
use http::{Method, Request, StatusCode, Version};
use tracing::Span;
use tracing::field::Empty;

/// Requests of machinery, which come all the time.
pub(super) fn is_quiet(path: &str) -> bool {
    matches!(path, "/healthz" | "/metrics")
}

pub(super) fn server_span<B>(request: &Request<B>) -> Span {
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let verb = method.unwrap_or("HTTP");
    let name = route.map_or_else(|| verb.to_owned(), |route| format!("{verb} {route}"));
    tracing::info_span!(
        "http.server",
        otel.name = name,
        otel.kind = "server",
        http.request.method = method.unwrap_or("_OTHER"),
        http.route = route,
        url.path = request.uri().path(),
        url.scheme = request.uri().scheme_str().unwrap_or("http"),
        network.protocol.version = version(request.version()),
        http.response.status_code = Empty,
        otel.status_code = Empty,
        error.type = Empty,
    )
}

/// A status of 500 and more is the server's error; one of 400 and more is the client's, and none of the span's.
pub(super) fn record_status(span: &Span, status: StatusCode) {
    // Unsigned, it would become text on its way into the span.
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        record_error(span, status.as_str());
    }
}

pub(super) fn record_error(span: &Span, error_type: &str) {
    span.record("otel.status_code", "error");
    span.record("error.type", error_type);
}

/// Anybody can make up a method: only those of the standards are told apart.
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
