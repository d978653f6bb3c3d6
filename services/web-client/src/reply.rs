//! Headers of every response to a call: no caching, no content sniffing, and the trace id.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Adds the headers, with the id of the current trace.
pub(crate) fn with_headers(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(id) = kit::telemetry::current_trace_id().and_then(|id| id.parse().ok()) {
        headers.insert(TRACE_ID, id);
    }
    response
}
