//! Hostile requests and stalled clients, and Envoy's streams between two flushes.

use testkit::hostile::{
    assert_closes_stalled_connections, assert_refuses_hostile_requests, assert_serves_healthz,
};

use crate::support::Sink;

#[tokio::test]
async fn hostile_requests_are_refused() {
    let sink = Sink::start(&[]).await;
    assert_refuses_hostile_requests(sink.http()).await;
    assert_serves_healthz(sink.http()).await;
    sink.stop().await;
}

#[tokio::test]
async fn stalled_connections_are_closed() {
    let timeouts = ["header", "body", "idle", "write"].map(|name| format!("--http-{name}-timeout=200ms"));
    let flags: Vec<&str> = timeouts.iter().map(String::as_str).collect();
    let sink = Sink::start(&flags).await;
    assert_closes_stalled_connections(sink.http()).await;
    assert_closes_stalled_connections_of_grpc(&sink).await;
    sink.stop().await;
}

/// The gRPC port has no `/healthz`, so the kept connection's response is a refusal.
async fn assert_closes_stalled_connections_of_grpc(sink: &Sink) {
    for silent in ["", "PRI * HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let response = testkit::hostile::send(sink.grpc(), silent.as_bytes()).await;
        assert!(!response.head.starts_with("http/"), "{silent:?}");
    }
}
