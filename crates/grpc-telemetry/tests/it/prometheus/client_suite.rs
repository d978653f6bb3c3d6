//! The scenarios of the Go libraries' client suites, by their names.

use tonic::Code;

use super::scrape;
use super::support::Lab;
use testkit::grpc::ping::{Empty, LIST_REPLIES, SERVICE, failing, well};

#[tokio::test]
async fn test_unary_increments_metrics() {
    let lab = Lab::start().await;
    let mut client = lab.client();

    client.ping_empty(Empty {}).await.expect("a reply");
    lab.see("client_started_total", "PingEmpty", 1.0).await;
    lab.see_handled("client", "PingEmpty", "OK", 1.0).await;
    lab.see("client_handling_seconds", "PingEmpty", 1.0).await;

    client.ping_error(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    lab.see("client_started_total", "PingError", 1.0).await;
    lab.see_handled("client", "PingError", "FailedPrecondition", 1.0).await;
    lab.see("client_handling_seconds", "PingError", 1.0).await;
}

#[tokio::test]
async fn test_started_streaming_increments_started() {
    let lab = Lab::start().await;
    let mut client = lab.client();

    client.ping_list(well()).await.expect("a stream");
    lab.see("client_started_total", "PingList", 1.0).await;

    client.ping_list(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    lab.see("client_started_total", "PingList", 2.0).await;
}

#[tokio::test]
async fn test_streaming_increments_metrics() {
    let lab = Lab::start().await;
    let mut client = lab.client();

    let mut replies = client.ping_list(well()).await.expect("a stream").into_inner();
    let mut count = 0;
    while replies.message().await.expect("a reply").is_some() {
        count += 1;
    }
    assert_eq!(count, LIST_REPLIES);
    lab.see("client_started_total", "PingList", 1.0).await;
    lab.see_handled("client", "PingList", "OK", 1.0).await;
    lab.see("client_msg_received_total", "PingList", f64::from(LIST_REPLIES)).await;
    lab.see("client_msg_sent_total", "PingList", 1.0).await;
    lab.see("client_handling_seconds", "PingList", 1.0).await;

    client.ping_list(failing(Code::FailedPrecondition)).await.expect_err("a failure");
    lab.see("client_started_total", "PingList", 2.0).await;
    lab.see_handled("client", "PingList", "FailedPrecondition", 1.0).await;
    lab.see("client_handling_seconds", "PingList", 2.0).await;
}

#[tokio::test]
async fn test_with_subsystem() {
    let lab = Lab::with(|server| server, |client| client.subsystem("subsystem1")).await;
    assert_prefixed(&lab, "subsystem1_");
}

#[tokio::test]
async fn test_with_namespace() {
    let lab = Lab::with(|server| server, |client| client.namespace("namespace1")).await;
    assert_prefixed(&lab, "namespace1_");
}

fn assert_prefixed(lab: &Lab, prefix: &str) {
    for name in ["grpc_client_started_total", "grpc_client_handling_seconds"] {
        let labels = [("grpc_service", SERVICE), ("grpc_method", "PingEmpty")];
        assert_eq!(scrape::value(&lab.registry, &format!("{prefix}{name}"), &labels), Some(0.0));
        assert_eq!(scrape::value(&lab.registry, name, &labels), None);
    }
}
