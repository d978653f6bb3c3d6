//! Counts and times of messages of all sizes, compressed or not.

use tokio_stream::StreamExt;
use tonic::codec::CompressionEncoding;

use grpc_telemetry::prometheus::Buckets;

use super::support::Fixture;
use testkit::grpc::ping::{PingRequest, well};

fn message(size: usize) -> PingRequest {
    PingRequest { value: "x".repeat(size), ..well() }
}

#[tokio::test]
async fn counts_messages_in_both_directions() {
    let fixture = Fixture::start().await;
    // Several small messages share a chunk, and a large one is split into many.
    let sizes = [0, 1, 3, 100_000, 0, 16_384, 16_379, 300_000, 5];
    let requests = tokio_stream::iter(sizes).map(message);
    let mut replies = fixture.client().ping_stream(requests).await.expect("a stream").into_inner();
    let mut count = 0;
    while let Some(reply) = replies.message().await.expect("a response") {
        assert_eq!(reply.value.len(), sizes[count]);
        count += 1;
    }
    assert_eq!(count, sizes.len());
    assert_counts(&fixture, sizes.len() as f64).await;
}

#[tokio::test]
async fn counts_compressed_messages() {
    let fixture = Fixture::start().await;
    let mut client = fixture
        .client()
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    let requests = tokio_stream::iter((0..50).map(|n| message(n * 1000)));
    let mut replies = client.ping_stream(requests).await.expect("a stream").into_inner();
    while replies.message().await.expect("a response").is_some() {}
    assert_counts(&fixture, 50.0).await;
}

async fn assert_counts(fixture: &Fixture, expected: f64) {
    fixture.wait_for_handled("server", "PingStream", "OK", 1.0).await;
    for name in [
        "client_msg_sent_total",
        "server_msg_received_total",
        "server_msg_sent_total",
        "client_msg_received_total",
    ] {
        fixture.wait_for(name, "PingStream", expected).await;
    }
}

#[tokio::test]
async fn times_messages_on_client() {
    let fixture =
        Fixture::with(|server| server, |client| client.message_histograms(Buckets::default())).await;
    let mut client = fixture.client();

    client.ping(well()).await.expect("a response");
    fixture.wait_for("client_msg_recv_handling_seconds", "Ping", 1.0).await;
    fixture.wait_for("client_msg_send_handling_seconds", "Ping", 1.0).await;

    let requests = tokio_stream::iter((0..7).map(message));
    let mut replies = client.ping_stream(requests).await.expect("a stream").into_inner();
    while replies.message().await.expect("a response").is_some() {}
    fixture.wait_for("client_msg_recv_handling_seconds", "PingStream", 7.0).await;
    fixture.wait_for("client_msg_send_handling_seconds", "PingStream", 7.0).await;
}
