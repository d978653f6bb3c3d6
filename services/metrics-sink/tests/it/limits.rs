//! What is over a limit is refused; the rest goes on.

use testkit::{eventually, eventually_some};
use tonic::Code;

use crate::support::messages::{counter, first, gauge, histogram, next};
use crate::support::{PATIENCE, Sink};

#[tokio::test]
async fn a_message_over_the_limit_ends_its_stream() {
    let sink = Sink::start(&[]).await;
    let other = sink.stream().await;
    other.send(&first("other", vec![counter("n", &[], 1.0)])).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![counter("n", &[], 1.0)])).await;
    stream.send_raw(vec![0; 100 << 20]).await;
    let status = stream.ended().await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(
        status.message().contains("104857600 bytes") && status.message().contains("16777216"),
        "{status}"
    );
    assert_eq!(sink.refused("message_size").await, 1.0);
    other.send(&next(vec![counter("n", &[], 2.0)])).await;
    sink.has_taken(3).await;
    assert_eq!(sink.envoys().await.sum("envoy_n", &[]), 3.0);
}

#[tokio::test]
async fn series_over_the_limit_are_refused_and_the_others_go_on() {
    let sink = Sink::start(&["--max-series=4"]).await;
    let stream = sink.stream().await;
    for value in [1.0, 2.0] {
        let counters = ["a", "b", "c", "d", "e"].map(|name| counter(name, &[], value));
        stream.send(&first("e", counters.to_vec())).await;
    }
    sink.has_taken(2).await;
    let page = sink.envoys().await;
    assert_eq!(page.page().series_count(), 4);
    assert_eq!(page.value("envoy_d", &[]), 2.0);
    assert_eq!(sink.refused("series").await, 2.0);
    assert_eq!(sink.own().await.value("metrics_sink_series", &[]), 4.0);
}

#[tokio::test]
async fn a_histogram_is_as_many_series_as_it_has_lines() {
    let sink = Sink::start(&["--max-series=4"]).await;
    let stream = sink.stream().await;
    let families = vec![
        histogram("too_many", &[], &[(1.0, 1), (2.0, 1)], 1, 1.0),
        histogram("enough", &[], &[(1.0, 1)], 1, 1.0),
    ];
    stream.send(&first("e", families)).await;
    sink.has_taken(1).await;
    assert_eq!(sink.envoys().await.page().series_count(), 4);
    assert_eq!(sink.envoys().await.value("envoy_enough_count", &[]), 1.0);
    assert_eq!(sink.refused("series").await, 1.0);
}

#[tokio::test]
async fn room_is_free_again_when_an_envoy_has_gone() {
    let sink = Sink::start(&["--max-series=1", "--stale-after=300ms"]).await;
    let gone = sink.stream().await;
    gone.send(&first("gone", vec![counter("a", &[], 1.0)])).await;
    sink.has_taken(1).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![counter("b", &[], 1.0)])).await;
    sink.has_taken(2).await;
    assert_eq!(sink.refused("series").await, 1.0);
    eventually(PATIENCE, async || {
        stream.send(&next(vec![counter("b", &[], 1.0)])).await;
        sink.envoys().await.has("envoy_b", &[])
    })
    .await;
}

#[tokio::test]
async fn memory_for_series_is_limited() {
    let sink = Sink::start(&["--max-series-bytes=64KiB"]).await;
    let stream = sink.stream().await;
    let value = "x".repeat(1000);
    let names: Vec<_> = (0..100).map(|index| format!("n{index}")).collect();
    stream.send(&first("e", names.iter().map(|name| counter(name, &[("a", &value)], 1.0)).collect())).await;
    sink.has_taken(1).await;
    let held = sink.own().await.value("metrics_sink_series", &[]);
    assert!((20.0..60.0).contains(&held), "{held}");
    assert_eq!(sink.refused("memory").await, 100.0 - held);
    assert!(sink.own().await.value("metrics_sink_series_bytes", &[]) <= 65_536.0);
}

#[tokio::test]
async fn labels_have_a_length() {
    let sink = Sink::start(&["--max-label=10"]).await;
    let stream = sink.stream().await;
    let families = vec![
        gauge("a", &[("b", "01234567890")], 1.0),
        gauge("01234567890", &[], 1.0),
        gauge("0123456789", &[("0123456789", "0123456789")], 1.0),
    ];
    stream.send(&first("e", families)).await;
    sink.has_taken(1).await;
    assert_eq!(sink.refused("label_size").await, 2.0);
    assert_eq!(sink.envoys().await.page().series_count(), 1);
}

#[tokio::test]
async fn labels_that_no_page_can_hold_are_refused() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let families = vec![
        gauge("a", &[("b.c", "1"), ("b-c", "2")], 1.0),
        gauge("a", &[("__name__", "up")], 1.0),
        gauge("a", &[("", "1")], 1.0),
        gauge("a", &[("job", "mine")], 1.0),
    ];
    stream.send(&first("e", families)).await;
    sink.has_taken(1).await;
    assert_eq!(sink.refused("labels").await, 3.0);
    assert_eq!(sink.envoys().await.value("envoy_a", &[("job", "envoy"), ("exported_job", "mine")]), 1.0);
}

#[tokio::test]
async fn nodes_are_limited_and_the_longest_silent_makes_room() {
    let sink = Sink::start(&["--max-nodes=1", "--stale-after=300ms"]).await;
    let one = sink.stream().await;
    one.send(&first("one", vec![])).await;
    sink.has_taken(1).await;
    let two = sink.stream().await;
    two.send(&first("two", vec![])).await;
    let status = two.ended().await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(sink.refused("nodes").await, 1.0);
    one.finish().await.unwrap();
    let two = eventually_some(PATIENCE, async || {
        let two = sink.stream().await;
        two.send(&first("two", vec![])).await;
        two.finish().await.is_ok().then_some(())
    });
    two.await;
    let own = sink.own().await;
    assert_eq!(own.page().series("metrics_sink_node_last_flush_age_seconds").len(), 1);
}

#[tokio::test]
async fn streams_are_limited() {
    let sink = Sink::start(&["--max-streams=1"]).await;
    let one = sink.stream().await;
    one.send(&first("one", vec![])).await;
    sink.has_taken(1).await;
    let two = sink.stream().await;
    two.send(&first("two", vec![])).await;
    assert_eq!(two.ended().await.code(), Code::ResourceExhausted);
    assert_eq!(sink.refused("streams").await, 1.0);
    one.finish().await.unwrap();
}

#[tokio::test]
async fn unfinished_messages_are_limited() {
    let sink = Sink::start(&["--max-buffered=64KiB"]).await;
    let stream = sink.stream().await;
    stream.send_raw(vec![0; 1 << 20]).await;
    assert_eq!(stream.ended().await.code(), Code::ResourceExhausted);
    assert_eq!(sink.refused("buffers").await, 1.0);
}
