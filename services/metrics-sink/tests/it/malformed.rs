//! What is no message ends its stream, and has no effect.

use prost::Message;
use tonic::Code;

use crate::support::Sink;
use crate::support::messages::{counter, first, next};

#[tokio::test]
async fn a_truncated_message_is_refused_as_a_whole() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![counter("n", &[], 1.0)])).await;
    let mut message = next(vec![counter("n", &[], 2.0), counter("m", &[], 2.0)]).encode_to_vec();
    message.truncate(message.len() - 1);
    stream.send_raw(message).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("truncated"), "{status}");
    assert_eq!(sink.refused("malformed").await, 1.0);
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 1.0);
}

#[tokio::test]
async fn what_is_no_protobuf_is_refused_and_others_go_on() {
    let sink = Sink::start(&[]).await;
    let other = sink.stream().await;
    other.send(&first("other", vec![counter("n", &[], 1.0)])).await;
    for (garbage, why) in [
        (&b"GET / HTTP/1.1\r\n"[..], "wire type"),
        (&[0x08; 1], "truncated"),
        (&[0x12, 2, 0x08, 1], "MetricFamily.name"),
        (&[0, 0], "number"),
    ] {
        let stream = sink.stream().await;
        stream.send_raw(garbage.to_vec()).await;
        let status = stream.ended().await;
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(why), "{status}");
    }
    assert_eq!(sink.refused("malformed").await, 4.0);
    other.send(&next(vec![counter("n", &[], 2.0)])).await;
    sink.has_taken(2).await;
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 2.0);
}
