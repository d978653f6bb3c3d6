//! Headers of every response to a call: no caching, no content sniffing, the trace id, and whether the trace is sampled.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
/// `true` if a collector receives the trace.
const TRACE_SAMPLED: HeaderName = HeaderName::from_static("x-trace-sampled");

/// Adds the headers, with the id of the current trace.
pub(crate) fn with_headers(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(id) = kit::telemetry::current_trace_id().and_then(|id| id.parse().ok()) {
        let is_sampled = kit::telemetry::current_sampled_trace_id().is_some();
        headers.insert(TRACE_ID, id);
        headers.insert(TRACE_SAMPLED, HeaderValue::from_static(if is_sampled { "true" } else { "false" }));
    }
    response
}
