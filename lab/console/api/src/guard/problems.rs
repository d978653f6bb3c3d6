//! Errors of extractors and of the file server as problem documents.

use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt, Collected, Limited};
use kit::problem::Problem;

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");
/// Longer than any such error says.
const MAX_TEXT: usize = 4 << 10;

/// Leaves what is no error, or a problem document already.
pub(super) async fn documented(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.headers().get(CONTENT_TYPE) == Some(&PROBLEM) {
        return response;
    }
    let (head, body) = response.into_parts();
    let text = Limited::new(body, MAX_TEXT).collect().await.map(Collected::to_bytes).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let detail = if text.trim().is_empty() { unsaid(status) } else { text.trim().to_owned() };
    let mut response = Problem::new(status, detail).into_response();
    if let Some(allow) = head.headers.get(ALLOW) {
        response.headers_mut().insert(ALLOW, allow.clone());
    }
    response
}

fn unsaid(status: StatusCode) -> String {
    match status {
        StatusCode::NOT_FOUND => "there is no such file".to_owned(),
        other => other.canonical_reason().unwrap_or("no reason was given").to_lowercase(),
    }
}
