//! The admin routes are off by default and reject invalid requests.

use reqwest::Method;
use serde_json::json;

use crate::support::program::command;
use crate::support::{Options, Service, folder};

#[tokio::test]
async fn without_the_port_there_are_no_routes() {
    let service = Service::with(Options { admin: false, ..Options::default() }, folder()).await;
    let reply = reqwest::get(service.metrics_url("/faults")).await.expect("a reply");
    assert_eq!(reply.status().as_u16(), 404);
    let help = command(&[]).arg("--help").output().await.expect("program runs");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    let flag = help.split("--admin-port").nth(1).expect("the flag is listed");
    let text = flag.split("--").next().expect("a text");
    assert!(text.contains("not served without it") && !text.contains("default"), "{text}");
}

#[tokio::test]
async fn each_request_returns_the_active_faults() {
    let service = Service::start().await;
    let whole = json!({ "slow_ms": 0, "read_only": false });
    for (method, path, expected) in [
        (Method::GET, "/faults", whole.clone()),
        (Method::PUT, "/faults/slow?ms=10000", json!({ "slow_ms": 10_000, "read_only": false })),
        (Method::PUT, "/faults/read-only", json!({ "slow_ms": 10_000, "read_only": true })),
        (Method::GET, "/faults", json!({ "slow_ms": 10_000, "read_only": true })),
        (Method::DELETE, "/faults/slow", json!({ "slow_ms": 0, "read_only": true })),
        (Method::DELETE, "/faults/read-only", whole.clone()),
        (Method::GET, "/faults", whole),
    ] {
        assert_eq!(service.admin(method.clone(), path).await, (200, expected), "{method} {path}");
    }
}

#[tokio::test]
async fn an_invalid_request_changes_nothing() {
    let service = Service::start().await;
    for path in ["/faults/slow", "/faults/slow?ms=0", "/faults/slow?ms=10001", "/faults/slow?ms=soon"] {
        let (status, problem) = service.admin(Method::PUT, path).await;
        let expected = json!("expected ?ms=N with 1 to 10000 milliseconds");
        assert_eq!((status, &problem["detail"]), (400, &expected), "{path}");
    }
    assert_eq!(service.admin(Method::POST, "/faults").await.0, 405);
    assert_eq!(service.admin(Method::GET, "/nope").await.0, 404);
    assert_eq!(service.admin(Method::GET, "/faults").await.1, json!({ "slow_ms": 0, "read_only": false }));
}
