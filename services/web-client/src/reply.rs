//! What every answer of a call has: nobody keeps it, nobody guesses its type, and it names its trace.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};

const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Adds the headers; the trace is the current one.
pub(crate) fn finished(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(id) = kit::telemetry::current_trace_id().and_then(|id| id.parse().ok()) {
        headers.insert(TRACE_ID, id);
    }
    response
}
