//! Echoes and their metrics.

use testkit::Scrape;

use crate::support::{SERVICE, channel, echo, start};

#[tokio::test]
async fn returns_the_message_prefixed_with_echo() {
    let server = start().await;
    let channel = channel(&server).await;
    for message in ["hello", "", "grüß dich"] {
        assert_eq!(echo(&channel, message).await.expect("a response"), format!("echo {message}"));
    }
}

#[tokio::test]
async fn one_call_increments_each_metric_by_one() {
    let server = start().await;
    echo(&channel(&server).await, "hello").await.expect("a response");
    let scrape = Scrape::get(server.url("/metrics")).await;
    let labels = [SERVICE, ("grpc_method", "EchoService"), ("grpc_type", "unary")];
    for name in [
        "grpc_server_started_total",
        "grpc_server_msg_received_total",
        "grpc_server_msg_sent_total",
        "grpc_server_handling_seconds_count",
    ] {
        assert_eq!(scrape.value(name, &labels), 1.0, "{name}");
    }
    let ok = [labels[0], labels[1], labels[2], ("grpc_code", "OK")];
    assert_eq!(scrape.value("grpc_server_handled_total", &ok), 1.0);
    assert_eq!(scrape.sum("grpc_server_handled_total", &[]), 1.0);
}

#[tokio::test]
async fn a_message_that_is_not_visible_text_is_an_invalid_argument() {
    let server = start().await;
    let channel = channel(&server).await;
    for message in ["a\u{200B}b", "a\u{202E}b", "a\0b"] {
        let status = echo(&channel, message).await.expect_err("invalid");
        assert_eq!(status.code(), tonic::Code::InvalidArgument, "{message:?}");
        assert!(status.message().starts_with("the field message contains U+"), "{status}");
    }
    assert_eq!(echo(&channel, "a\tb\n").await.expect("a response"), "echo a\tb\n");
}
