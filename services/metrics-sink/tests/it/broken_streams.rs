//! Streams that end inside a message, by an invalid one, or by a reset: a message takes effect once and as a whole, or not
//! at all.

use bytes::Bytes;
use http_body_util::channel::Channel;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use testkit::eventually;
use tokio::net::TcpStream;
use tonic::Code;

use crate::support::client::V3;
use crate::support::messages::{counter, first, histogram, next};
use crate::support::{Sink, TIMEOUT};

#[tokio::test]
async fn refuses_a_truncated_message_as_a_whole() {
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
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 1.0);
}

#[tokio::test]
async fn an_invalid_message_ends_only_its_stream() {
    let sink = Sink::start(&[]).await;
    let other = sink.stream().await;
    other.send(&first("other", vec![counter("n", &[], 1.0)])).await;
    for (bytes, error) in [
        (&b"GET / HTTP/1.1\r\n"[..], "wire type"),
        (&[0x08; 1], "truncated"),
        (&[0x12, 2, 0x08, 1], "MetricFamily.name"),
        (&[0, 0], "number"),
    ] {
        let stream = sink.stream().await;
        stream.send_raw(bytes.to_vec()).await;
        let status = stream.ended().await;
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(error), "{status}");
    }
    assert_eq!(sink.refused("malformed").await, 4.0);
    other.send(&next(vec![counter("n", &[], 2.0)])).await;
    sink.wait_for_messages(2).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 2.0);
}

fn flush(count: u64) -> Vec<envoy_types::pb::io::prometheus::client::MetricFamily> {
    vec![histogram("rq_time", &[], &[(5.0, count)], count, 2.0), counter("n", &[], 7.0)]
}

#[tokio::test]
async fn a_connection_that_breaks_inside_a_message_does_not_apply_it() {
    let sink = Sink::start(&[]).await;
    let socket = TcpStream::connect(sink.grpc()).await.unwrap();
    let (mut client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    let connection = tokio::spawn(connection);
    let (mut body, receiver) = Channel::<Bytes>::new(8);
    let request = http::Request::post(format!("http://{}{V3}", sink.grpc()))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(receiver)
        .unwrap();
    let response = tokio::spawn(client.send_request(request));
    body.send_data(framed(&first("e", flush(3)).encode_to_vec())).await.unwrap();
    sink.wait_for_messages(1).await;
    let second = framed(&next(flush(4)).encode_to_vec());
    body.send_data(second.slice(..second.len() - 1)).await.unwrap();
    assert_eq!(sink.self_metrics().await.value("metrics_sink_streams", &[]), 1.0);
    connection.abort();
    response.abort();
    eventually(TIMEOUT, async || sink.self_metrics().await.value("metrics_sink_streams", &[]) == 0.0).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 3.0);
    eventually(TIMEOUT, async || sink.refused("broken").await == 1.0).await;
    assert_eq!(sink.refused("malformed").await, 0.0);
    assert_eq!(sink.node("metrics_sink_node_refused_total", "e").await, 1.0);
    let stream = sink.stream().await;
    stream.send(&first("e", flush(4))).await;
    stream.finish().await.unwrap();
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 7.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_streams_total", &[]), 2.0);
}

#[tokio::test]
async fn a_reset_stream_is_not_counted_as_open() {
    let sink = Sink::start(&[]).await;
    for flushes in 1..=20 {
        let stream = sink.stream().await;
        stream.send(&first("e", flush(1))).await;
        sink.wait_for_messages(flushes).await;
        stream.reset().await;
    }
    eventually(TIMEOUT, async || sink.self_metrics().await.value("metrics_sink_streams", &[]) == 0.0).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 20.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_streams_total", &[]), 20.0);
}

#[tokio::test]
async fn a_stream_reset_inside_a_message_is_broken_and_not_malformed() {
    for reason in [h2::Reason::CANCEL, h2::Reason::NO_ERROR, h2::Reason::INTERNAL_ERROR] {
        let sink = Sink::start(&[]).await;
        let socket = TcpStream::connect(sink.grpc()).await.unwrap();
        let (client, connection) = h2::client::handshake(socket).await.unwrap();
        tokio::spawn(connection);
        let mut client = client.ready().await.unwrap();
        let mut open = || {
            let request = http::Request::post(format!("http://{}{V3}", sink.grpc()))
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .body(())
                .unwrap();
            client.send_request(request, false).unwrap()
        };
        let (_response, mut stream) = open();
        stream.send_data(framed(&first("e", flush(3)).encode_to_vec()), false).unwrap();
        sink.wait_for_messages(1).await;
        let second = framed(&next(flush(4)).encode_to_vec());
        stream.send_data(second.slice(..second.len() - 1), false).unwrap();
        // The connection sends in order: with this message, the incomplete one has arrived.
        let (_other_response, mut other) = open();
        other.send_data(framed(&first("other", vec![]).encode_to_vec()), false).unwrap();
        sink.wait_for_messages(2).await;
        stream.send_reset(reason);
        eventually(TIMEOUT, async || sink.refused("broken").await == 1.0).await;
        assert_eq!(sink.refused("malformed").await, 0.0, "{reason}");
        assert_eq!(sink.node("metrics_sink_node_refused_total", "e").await, 1.0);
        assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 3.0);
    }
}

fn framed(message: &[u8]) -> Bytes {
    [&[0][..], &(message.len() as u32).to_be_bytes(), message].concat().into()
}
