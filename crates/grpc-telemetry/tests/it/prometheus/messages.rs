//! Messages are counted as they pass, whatever their size and encoding.

use tokio_stream::StreamExt;
use tonic::codec::CompressionEncoding;

use grpc_telemetry::prometheus::Buckets;

use super::support::Lab;
use testkit::grpc::ping::{PingRequest, well};

fn message(size: usize) -> PingRequest {
    PingRequest { value: "x".repeat(size), ..well() }
}

#[tokio::test]
async fn both_ways_of_a_bidi_stream_are_counted() {
    let lab = Lab::start().await;
    // Small ones share chunks and frames, large ones take many.
    let sizes = [0, 1, 3, 100_000, 0, 16_384, 16_379, 300_000, 5];
    let requests = tokio_stream::iter(sizes).map(message);
    let mut replies = lab.client().ping_stream(requests).await.expect("a stream").into_inner();
    let mut count = 0;
    while let Some(reply) = replies.message().await.expect("a reply") {
        assert_eq!(reply.value.len(), sizes[count]);
        count += 1;
    }
    assert_eq!(count, sizes.len());
    assert_counts(&lab, sizes.len() as f64).await;
}

#[tokio::test]
async fn compressed_messages_are_counted() {
    let lab = Lab::start().await;
    let mut client =
        lab.client().send_compressed(CompressionEncoding::Gzip).accept_compressed(CompressionEncoding::Gzip);
    let requests = tokio_stream::iter((0..50).map(|n| message(n * 1000)));
    let mut replies = client.ping_stream(requests).await.expect("a stream").into_inner();
    while replies.message().await.expect("a reply").is_some() {}
    assert_counts(&lab, 50.0).await;
}

async fn assert_counts(lab: &Lab, expected: f64) {
    lab.see_handled("server", "PingStream", "OK", 1.0).await;
    for name in [
        "client_msg_sent_total",
        "server_msg_received_total",
        "server_msg_sent_total",
        "client_msg_received_total",
    ] {
        lab.see(name, "PingStream", expected).await;
    }
}

#[tokio::test]
async fn single_messages_are_timed_on_the_client() {
    let lab = Lab::with(|server| server, |client| client.message_histograms(Buckets::default())).await;
    let mut client = lab.client();

    client.ping(well()).await.expect("a reply");
    lab.see("client_msg_recv_handling_seconds", "Ping", 1.0).await;
    lab.see("client_msg_send_handling_seconds", "Ping", 1.0).await;

    let requests = tokio_stream::iter((0..7).map(message));
    let mut replies = client.ping_stream(requests).await.expect("a stream").into_inner();
    while replies.message().await.expect("a reply").is_some() {}
    lab.see("client_msg_recv_handling_seconds", "PingStream", 7.0).await;
    lab.see("client_msg_send_handling_seconds", "PingStream", 7.0).await;
}
