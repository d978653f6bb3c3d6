//! Each stream belongs to one identified node, and each node to its newest stream.

use std::time::Duration;

use metrics_sink::store::Superseded;
use metrics_sink::wire::Message;
use prost::Message as _;
use tonic::Code;

use crate::support::messages::{counter, first, gauge, next};
use crate::support::{Sink, open_stream, store};

#[tokio::test]
async fn refuses_a_stream_without_an_identifier() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&next(vec![gauge("server.live", &[], 1.0)])).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("no identifier"), "{status}");
    assert_eq!(sink.refused("identifier").await, 1.0);
    assert_eq!(sink.envoy_metrics().await.page().series_count(), 0);
}

#[tokio::test]
async fn refuses_a_node_without_an_id() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("", vec![])).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("node.id is empty"), "{status}");
}

#[tokio::test]
async fn refuses_a_second_node_on_a_stream() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("a", vec![gauge("server.live", &[], 1.0)])).await;
    stream.send(&first("a", vec![gauge("server.live", &[], 2.0)])).await;
    sink.wait_for_messages(2).await;
    stream.send(&first("b", vec![gauge("server.live", &[], 3.0)])).await;
    assert_eq!(stream.ended().await.code(), Code::InvalidArgument);
    assert_eq!(sink.envoy_metrics().await.value("envoy_server_live", &[]), 2.0);
}

#[tokio::test]
async fn the_newest_open_stream_of_a_node_wins() {
    let sink = Sink::start(&[]).await;
    let old = sink.stream().await;
    old.send(&first("e", vec![counter("n", &[], 1_000.0)])).await;
    sink.wait_for_messages(1).await;
    let new = sink.stream().await;
    new.send(&first("e", vec![counter("n", &[], 5.0)])).await;
    sink.wait_for_messages(2).await;
    // Otherwise a second Envoy with the same identity would make the counters jump.
    old.send(&next(vec![counter("n", &[], 1_001.0)])).await;
    new.send(&next(vec![counter("n", &[], 6.0)])).await;
    sink.wait_for_messages(3).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 6.0);
    new.finish().await.unwrap();
    old.send(&next(vec![counter("n", &[], 1_002.0)])).await;
    sink.wait_for_messages(4).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 1_002.0);
    assert_eq!(sink.refused("superseded").await, 1.0);
}

#[test]
fn a_message_overtaken_by_a_newer_stream_is_not_applied() {
    let store = store(Duration::from_secs(60));
    let (old, new) = (open_stream(&store), open_stream(&store));
    let [high, low] = [1_000.0, 5.0].map(|value| next(vec![counter("n", &[], value)]).encode_to_vec());
    old.record_flush().unwrap();
    new.record_flush().unwrap();
    new.apply(&Message::parse(&low).unwrap()).unwrap();
    assert_eq!(old.apply(&Message::parse(&high).unwrap()), Err(Superseded));
    let page: Vec<u8> = store.page().flat_map(|chunk| chunk.unwrap()).collect();
    assert!(String::from_utf8(page).unwrap().ends_with("} 5\n"));
}
