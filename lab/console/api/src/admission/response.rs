//! Security headers on every response, and problem documents (RFC 9457) for every error.

use axum::response::{IntoResponse, Response};
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt, Collected, Limited};
use kit::problem::Problem;

/// Own scripts and styles only, nothing inline, never in a frame.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SECURITY_HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The type of the page for an unknown path.
const HTML: &[u8] = b"text/html";
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");
/// Maximum size of an error text that becomes a problem's detail, in bytes; a longer one is dropped.
const MAX_TEXT: usize = 4 << 10;

/// Adds the security headers, and `no-store` where the response sets no cache policy.
#[allow(clippy::unused_async, reason = "axum requires async functions")]
pub(crate) async fn security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Turns an error of an extractor or of the file server into a problem document; passes on any other response, pages included.
pub(super) async fn problem_document(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let kind = response.headers().get(CONTENT_TYPE);
    if !is_error || kind == Some(&PROBLEM) || kind.is_some_and(|kind| kind.as_bytes().starts_with(HTML)) {
        return response;
    }
    let (head, body) = response.into_parts();
    let text = Limited::new(body, MAX_TEXT).collect().await.map(Collected::to_bytes).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let detail = match text.trim() {
        "" if status == StatusCode::NOT_FOUND => "no such file".to_owned(),
        "" => status.canonical_reason().unwrap_or("unknown error").to_lowercase(),
        text => text.to_owned(),
    };
    let mut response = Problem::new(status, detail).into_response();
    if let Some(allow) = head.headers.get(ALLOW) {
        response.headers_mut().insert(ALLOW, allow.clone());
    }
    response
}
