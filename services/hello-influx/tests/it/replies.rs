//! What clients see.

use serde_json::Value;

use crate::support::{get, start};

const TEXT: &str = "text/plain; charset=utf-8";
const PROBLEM: &str = "application/problem+json";

#[tokio::test]
async fn hello_world_as_in_the_tutorial() {
    let server = start("").await;
    assert_eq!(get(&server, "/").await, (200, TEXT.into(), "Hello World!".into()));
}

#[tokio::test]
async fn slow_says_how_slow_it_was() {
    let server = start("").await;
    assert_eq!(get(&server, "/slow?ms=1").await, (200, TEXT.into(), "Hello World, after 1 ms!\n".into()));
}

#[tokio::test]
async fn slow_has_bounds() {
    let server = start("").await;
    for (query, given) in
        [("", "None"), ("?ms=", "Some(\"\")"), ("?ms=5001", "Some(\"5001\")"), ("?ms=-1", "Some(\"-1\")")]
    {
        let (status, kind, body) = get(&server, &format!("/slow{query}")).await;
        assert_eq!((status, kind.as_str()), (400, PROBLEM), "{query}");
        let problem: Value = serde_json::from_str(&body).expect("JSON");
        let expected = format!("ms: got {given}, expected whole milliseconds, 0 to 5000");
        assert_eq!(problem["detail"], expected);
    }
}

#[tokio::test]
async fn healthz_is_ok_and_unknown_paths_are_problems() {
    let server = start("").await;
    assert_eq!(get(&server, "/healthz").await, (200, TEXT.into(), "ok\n".into()));
    for path in ["/nope", "/metrics"] {
        let (status, kind, _) = get(&server, path).await;
        assert_eq!((status, kind.as_str()), (404, PROBLEM), "{path}");
    }
}
