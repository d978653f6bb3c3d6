//! Problem documents (RFC 9457) in responses.

use reqwest::Response;
use serde_json::Value;

/// Reads a response's status and problem document.
///
/// # Panics
/// If the body is not a problem document, or the document's status differs from the response's.
pub async fn problem_of(response: Response) -> (u16, Value) {
    let (status, url) = (response.status().as_u16(), response.url().clone());
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{url}");
    let problem: Value = response.json().await.expect("JSON");
    assert_eq!(problem["status"], status, "{url}");
    (status, problem)
}
