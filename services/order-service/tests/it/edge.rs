//! Hostile requests to the HTTP ports.

use testkit::hostile::{assert_refuses_hostile_requests, assert_serves_healthz};

use crate::support::Service;

#[tokio::test]
async fn hostile_requests_are_refused_and_inject_no_fault() {
    let service = Service::start().await;
    let addrs = service.http_addrs();
    for addr in &addrs {
        assert_refuses_hostile_requests(*addr).await;
    }
    assert_serves_healthz(addrs[0]).await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let inject =
        http.put(format!("http://{}/faults/read-only", addrs[1])).header("origin", "http://evil.example");
    assert_eq!(inject.send().await.expect("a reply").status().as_u16(), 403);
    let (_, active) = service.admin(reqwest::Method::GET, "/faults").await;
    assert_eq!(active["read_only"], false);
}
