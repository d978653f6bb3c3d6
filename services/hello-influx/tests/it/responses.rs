//! Responses to clients.

use serde_json::Value;
use testkit::hostile::{assert_refuses_hostile_requests, assert_serves_healthz};

use crate::support::{get, start};

const TEXT: &str = "text/plain; charset=utf-8";
const PROBLEM: &str = "application/problem+json";

#[tokio::test]
async fn root_returns_hello_world() {
    let server = start("").await;
    assert_eq!(get(&server, "/").await, (200, TEXT.into(), "Hello World!".into()));
}

#[tokio::test]
async fn slow_returns_its_delay() {
    let server = start("").await;
    assert_eq!(get(&server, "/slow?ms=1").await, (200, TEXT.into(), "Hello World, after 1 ms!\n".into()));
}

#[tokio::test]
async fn slow_rejects_a_missing_or_invalid_delay() {
    let server = start("").await;
    for (query, value) in
        [("", "None"), ("?ms=", "Some(\"\")"), ("?ms=5001", "Some(\"5001\")"), ("?ms=-1", "Some(\"-1\")")]
    {
        let (status, content_type, body) = get(&server, &format!("/slow{query}")).await;
        assert_eq!((status, content_type.as_str()), (400, PROBLEM), "{query}");
        let problem: Value = serde_json::from_str(&body).expect("JSON");
        let expected = format!("ms: got {value}, expected whole milliseconds, 0 to 5000");
        assert_eq!(problem["detail"], expected);
    }
}

#[tokio::test]
async fn healthz_returns_ok_and_unknown_paths_return_problem_documents() {
    let server = start("").await;
    assert_eq!(get(&server, "/healthz").await, (200, TEXT.into(), "ok\n".into()));
    for path in ["/nope", "/metrics"] {
        let (status, content_type, _) = get(&server, path).await;
        assert_eq!((status, content_type.as_str()), (404, PROBLEM), "{path}");
    }
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let server = start("").await;
    assert_refuses_hostile_requests(server.addr()).await;
    assert_serves_healthz(server.addr()).await;
}

#[tokio::test]
async fn a_query_that_is_not_text_is_400_with_the_parameter() {
    let server = start("").await;
    for query in ["ms=%ff", "ms=1%E2%80%8B"] {
        let (status, _, body) = get(&server, &format!("/slow?{query}")).await;
        let problem: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(status, 400, "{query}");
        assert!(problem["detail"].as_str().expect("a detail").starts_with("the parameter ms "), "{problem}");
    }
}
