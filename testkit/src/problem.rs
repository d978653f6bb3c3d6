//! Problem documents (RFC 9457), as a client reads them.

use reqwest::Response;
use serde_json::Value;

/// Status and problem document of a response.
///
/// # Panics
/// If it has none, or the document names another status.
pub async fn problem_of(response: Response) -> (u16, Value) {
    let (status, url) = (response.status().as_u16(), response.url().clone());
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{url}");
    let problem: Value = response.json().await.expect("a problem is JSON");
    assert_eq!(problem["status"], status, "{url}");
    (status, problem)
}
