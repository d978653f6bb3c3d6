//! The tests of the Go libraries' server suites, with their names.

use tokio_stream::StreamExt;
use tonic::{Code, Request};

use super::scrape;
use super::support::{Fixture, server_builder};
use testkit::grpc::ping::{Empty, LIST_REPLIES, SERVICE, failing, well};

#[tokio::test]
async fn test_register_presets_stuff() {
    let fixture = Fixture::start().await;
    let page = scrape::text(&fixture.registry);
    for (name, labels) in [
        ("grpc_server_started_total", &[SERVICE, "PingEmpty", "unary"][..]),
        ("grpc_server_started_total", &[SERVICE, "PingList", "server_stream"]),
        ("grpc_server_msg_received_total", &[SERVICE, "PingList", "server_stream"]),
        ("grpc_server_msg_sent_total", &[SERVICE, "PingEmpty", "unary"]),
        ("grpc_server_handling_seconds_sum", &[SERVICE, "PingEmpty", "unary"]),
        ("grpc_server_handling_seconds_count", &[SERVICE, "PingList", "server_stream"]),
        ("grpc_server_handled_total", &[SERVICE, "PingList", "server_stream", "OutOfRange"]),
        ("grpc_server_handled_total", &[SERVICE, "PingList", "server_stream", "Aborted"]),
        ("grpc_server_handled_total", &[SERVICE, "PingEmpty", "unary", "FailedPrecondition"]),
        ("grpc_server_handled_total", &[SERVICE, "PingEmpty", "unary", "ResourceExhausted"]),
    ] {
        let has_labels = |line: &&str| labels.iter().all(|label| line.contains(&format!("\"{label}\"")));
        let lines = page.lines().filter(|line| line.starts_with(&format!("{name}{{"))).filter(has_labels);
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), 1, "{name} {labels:?}");
        assert!(lines[0].ends_with(" 0"), "{}", lines[0]);
    }
}

#[tokio::test]
async fn test_unary_increments_metrics() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();

    client.ping_empty(Empty {}).await.expect("a response");
    fixture.wait_for("server_started_total", "PingEmpty", 1.0).await;
    fixture.wait_for_handled("server", "PingEmpty", "OK", 1.0).await;
    fixture.wait_for("server_handling_seconds", "PingEmpty", 1.0).await;

    client.ping_error(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    fixture.wait_for("server_started_total", "PingError", 1.0).await;
    fixture.wait_for_handled("server", "PingError", "FailedPrecondition", 1.0).await;
    fixture.wait_for("server_handling_seconds", "PingError", 1.0).await;
}

#[tokio::test]
async fn test_started_streaming_increments_started() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();

    client.ping_list(well()).await.expect("a stream");
    fixture.wait_for("server_started_total", "PingList", 1.0).await;

    // Go's client returns this failure with the first message, tonic's with the headers.
    client.ping_list(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    fixture.wait_for("server_started_total", "PingList", 2.0).await;
}

#[tokio::test]
async fn test_streaming_increments_metrics() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();

    let mut replies = client.ping_list(well()).await.expect("a stream").into_inner();
    let mut count = 0;
    while replies.message().await.expect("a response").is_some() {
        count += 1;
    }
    assert_eq!(count, LIST_REPLIES);
    fixture.wait_for("server_started_total", "PingList", 1.0).await;
    fixture.wait_for_handled("server", "PingList", "OK", 1.0).await;
    fixture.wait_for("server_msg_sent_total", "PingList", f64::from(LIST_REPLIES)).await;
    fixture.wait_for("server_msg_received_total", "PingList", 1.0).await;
    fixture.wait_for("server_handling_seconds", "PingList", 1.0).await;

    client.ping_list(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    fixture.wait_for("server_started_total", "PingList", 2.0).await;
    fixture.wait_for_handled("server", "PingList", "FailedPrecondition", 1.0).await;
    fixture.wait_for("server_handling_seconds", "PingList", 2.0).await;
}

#[tokio::test]
async fn test_context_cancelled_treated_as_status() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();

    let mut request = Request::new(tokio_stream::iter([well()]).chain(tokio_stream::pending()));
    let cancellation = request.cancellation_handle();
    let mut replies = client.ping_stream(request).await.expect("a stream").into_inner();
    replies.message().await.expect("a response");
    cancellation.cancel();

    fixture.wait_for_handled("server", "PingStream", "Canceled", 1.0).await;
    let status = replies.message().await.expect_err("a cancelled stream");
    assert_eq!(status.code(), Code::Cancelled);
    fixture.wait_for_handled("client", "PingStream", "Canceled", 1.0).await;
}

#[tokio::test]
async fn test_with_subsystem() {
    let fixture = Fixture::with(|server| server.subsystem("subsystem1"), |client| client).await;
    assert_prefixed(&fixture, "subsystem1_");
}

#[tokio::test]
async fn test_with_namespace() {
    let fixture = Fixture::with(|server| server.namespace("namespace1"), |client| client).await;
    assert_prefixed(&fixture, "namespace1_");
}

fn assert_prefixed(fixture: &Fixture, prefix: &str) {
    for name in ["grpc_server_started_total", "grpc_server_handling_seconds"] {
        let labels = [("grpc_service", SERVICE), ("grpc_method", "PingEmpty")];
        assert_eq!(scrape::value(&fixture.registry, &format!("{prefix}{name}"), &labels), Some(0.0));
        assert_eq!(scrape::value(&fixture.registry, name, &labels), None);
    }
}

#[test]
fn namespace_comes_before_subsystem() {
    let metrics = server_builder().namespace("a").subsystem("b").build().expect("metrics");
    let registry = prometheus::Registry::new();
    registry.register(Box::new(metrics)).expect("metrics register");
    assert!(scrape::text(&registry).contains("a_b_grpc_server_started_total{"));
}
