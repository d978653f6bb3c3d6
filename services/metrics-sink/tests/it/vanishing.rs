//! A client that goes away in the middle: nothing is lost, nothing is counted twice.

use bytes::Bytes;
use http_body_util::channel::Channel;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use testkit::eventually;
use tokio::net::TcpStream;

use crate::support::client::V3;
use crate::support::messages::{counter, first, histogram, next};
use crate::support::{PATIENCE, Sink};

fn flush(count: u64) -> Vec<envoy_types::pb::io::prometheus::client::MetricFamily> {
    vec![histogram("rq_time", &[], &[(5.0, count)], count, 2.0), counter("n", &[], 7.0)]
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_message() {
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
    let reply = tokio::spawn(client.send_request(request));
    body.send_data(framed(&first("e", flush(3)).encode_to_vec())).await.unwrap();
    sink.has_taken(1).await;
    let second = framed(&next(flush(4)).encode_to_vec());
    body.send_data(second.slice(..second.len() - 1)).await.unwrap();
    assert_eq!(sink.own().await.value("metrics_sink_streams", &[]), 1.0);
    connection.abort();
    reply.abort();
    eventually(PATIENCE, async || sink.own().await.value("metrics_sink_streams", &[]) == 0.0).await;
    assert_eq!(sink.envoys().await.value("envoy_rq_time_count", &[]), 3.0);
    let stream = sink.stream().await;
    stream.send(&first("e", flush(4))).await;
    stream.finish().await.unwrap();
    assert_eq!(sink.envoys().await.value("envoy_rq_time_count", &[]), 7.0);
    assert_eq!(sink.own().await.value("metrics_sink_streams_total", &[]), 2.0);
}

#[tokio::test]
async fn streams_that_are_reset_are_not_open() {
    let sink = Sink::start(&[]).await;
    for flushes in 1..=20 {
        let stream = sink.stream().await;
        stream.send(&first("e", flush(1))).await;
        sink.has_taken(flushes).await;
        stream.vanish().await;
    }
    eventually(PATIENCE, async || sink.own().await.value("metrics_sink_streams", &[]) == 0.0).await;
    assert_eq!(sink.envoys().await.value("envoy_rq_time_count", &[]), 20.0);
    assert_eq!(sink.own().await.value("metrics_sink_streams_total", &[]), 20.0);
}

fn framed(message: &[u8]) -> Bytes {
    [&[0][..], &(message.len() as u32).to_be_bytes(), message].concat().into()
}
