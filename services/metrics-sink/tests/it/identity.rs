//! Who sends must be known, and be one.

use std::time::Duration;

use metrics_sink::store::Superseded;
use metrics_sink::wire::Message;
use prost::Message as _;
use tonic::Code;

use crate::support::Sink;
use crate::support::messages::{counter, first, gauge, next};
use crate::support::store::{nodes, open};

#[tokio::test]
async fn a_stream_without_an_identifier_is_refused() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&next(vec![gauge("server.live", &[], 1.0)])).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("no identifier"), "{status}");
    assert_eq!(sink.refused("identifier").await, 1.0);
    assert_eq!(sink.envoys().await.page().series_count(), 0);
}

#[tokio::test]
async fn a_node_without_an_id_is_refused() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("", vec![])).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("node.id is empty"), "{status}");
}

#[tokio::test]
async fn a_stream_is_of_one_node() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("a", vec![gauge("server.live", &[], 1.0)])).await;
    stream.send(&first("a", vec![gauge("server.live", &[], 2.0)])).await;
    sink.has_taken(2).await;
    stream.send(&first("b", vec![gauge("server.live", &[], 3.0)])).await;
    assert_eq!(stream.ended().await.code(), Code::InvalidArgument);
    assert_eq!(sink.envoys().await.value("envoy_server_live", &[]), 2.0);
}

#[tokio::test]
async fn the_newest_stream_of_a_node_is_its_own() {
    let sink = Sink::start(&[]).await;
    let old = sink.stream().await;
    old.send(&first("e", vec![counter("n", &[], 1_000.0)])).await;
    sink.has_taken(1).await;
    let new = sink.stream().await;
    new.send(&first("e", vec![counter("n", &[], 5.0)])).await;
    sink.has_taken(2).await;
    // A second Envoy of the same identity would else make the counters jump.
    old.send(&next(vec![counter("n", &[], 1_001.0)])).await;
    new.send(&next(vec![counter("n", &[], 6.0)])).await;
    sink.has_taken(3).await;
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 6.0);
    new.finish().await.unwrap();
    old.send(&next(vec![counter("n", &[], 1_002.0)])).await;
    sink.has_taken(4).await;
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 1_002.0);
    assert_eq!(sink.refused("superseded").await, 1.0);
}

#[test]
fn a_message_that_a_newer_streams_overtakes_is_not_applied() {
    let nodes = nodes(Duration::from_secs(60));
    let (old, new) = (open(&nodes), open(&nodes));
    let [high, low] = [1_000.0, 5.0].map(|value| next(vec![counter("n", &[], value)]).encode_to_vec());
    old.flushed().unwrap();
    new.flushed().unwrap();
    new.apply(Message::new(&low)).unwrap();
    assert_eq!(old.apply(Message::new(&high)), Err(Superseded));
    let page: Vec<u8> = nodes.page().flat_map(|piece| piece.unwrap()).collect();
    assert!(String::from_utf8(page).unwrap().ends_with("} 5\n"));
}
