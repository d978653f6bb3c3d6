//! The tests of the Go libraries' client suites, with their names.

use tonic::Code;

use super::scrape;
use super::support::Fixture;
use testkit::grpc::ping::{Empty, LIST_REPLIES, SERVICE, failing, well};

#[tokio::test]
async fn test_unary_increments_metrics() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();

    client.ping_empty(Empty {}).await.expect("a response");
    fixture.wait_for("client_started_total", "PingEmpty", 1.0).await;
    fixture.wait_for_handled("client", "PingEmpty", "OK", 1.0).await;
    fixture.wait_for("client_handling_seconds", "PingEmpty", 1.0).await;

    client.ping_error(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    fixture.wait_for("client_started_total", "PingError", 1.0).await;
    fixture.wait_for_handled("client", "PingError", "FailedPrecondition", 1.0).await;
    fixture.wait_for("client_handling_seconds", "PingError", 1.0).await;
}

#[tokio::test]
async fn test_started_streaming_increments_started() {
    let fixture = Fixture::start().await;
    let mut client = fixture.client();

    client.ping_list(well()).await.expect("a stream");
    fixture.wait_for("client_started_total", "PingList", 1.0).await;

    client.ping_list(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    fixture.wait_for("client_started_total", "PingList", 2.0).await;
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
    fixture.wait_for("client_started_total", "PingList", 1.0).await;
    fixture.wait_for_handled("client", "PingList", "OK", 1.0).await;
    fixture.wait_for("client_msg_received_total", "PingList", f64::from(LIST_REPLIES)).await;
    fixture.wait_for("client_msg_sent_total", "PingList", 1.0).await;
    fixture.wait_for("client_handling_seconds", "PingList", 1.0).await;

    client.ping_list(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    fixture.wait_for("client_started_total", "PingList", 2.0).await;
    fixture.wait_for_handled("client", "PingList", "FailedPrecondition", 1.0).await;
    fixture.wait_for("client_handling_seconds", "PingList", 2.0).await;
}

#[tokio::test]
async fn test_with_subsystem() {
    let fixture = Fixture::with(|server| server, |client| client.subsystem("subsystem1")).await;
    assert_prefixed(&fixture, "subsystem1_");
}

#[tokio::test]
async fn test_with_namespace() {
    let fixture = Fixture::with(|server| server, |client| client.namespace("namespace1")).await;
    assert_prefixed(&fixture, "namespace1_");
}

fn assert_prefixed(fixture: &Fixture, prefix: &str) {
    for name in ["grpc_client_started_total", "grpc_client_handling_seconds"] {
        let labels = [("grpc_service", SERVICE), ("grpc_method", "PingEmpty")];
        assert_eq!(scrape::value(&fixture.registry, &format!("{prefix}{name}"), &labels), Some(0.0));
        assert_eq!(scrape::value(&fixture.registry, name, &labels), None);
    }
}
