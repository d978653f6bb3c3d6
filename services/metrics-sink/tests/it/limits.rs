//! Data beyond a limit is refused; other data is still accepted.

use testkit::{eventually, eventually_some};
use tonic::Code;

use crate::support::messages::{counter, first, gauge, histogram, next};
use crate::support::{Sink, TIMEOUT};

#[tokio::test]
async fn a_message_over_the_size_limit_ends_only_its_stream() {
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
    sink.wait_for_messages(3).await;
    assert_eq!(sink.envoy_metrics().await.sum("envoy_n", &[]), 3.0);
}

#[tokio::test]
async fn refuses_series_over_the_limit_and_updates_the_others() {
    let sink = Sink::start(&["--max-series=4"]).await;
    let stream = sink.stream().await;
    for value in [1.0, 2.0] {
        let counters = ["a", "b", "c", "d", "e"].map(|name| counter(name, &[], value));
        stream.send(&first("e", counters.to_vec())).await;
    }
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().series_count(), 4);
    assert_eq!(page.value("envoy_d", &[]), 2.0);
    assert_eq!(sink.refused("series").await, 2.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_series", &[]), 4.0);
}

#[tokio::test]
async fn a_histogram_counts_as_many_series_as_it_has_lines() {
    let sink = Sink::start(&["--max-series=4"]).await;
    let stream = sink.stream().await;
    let families = vec![
        histogram("too_many", &[], &[(1.0, 1), (2.0, 1)], 1, 1.0),
        histogram("enough", &[], &[(1.0, 1)], 1, 1.0),
    ];
    stream.send(&first("e", families)).await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.envoy_metrics().await.page().series_count(), 4);
    assert_eq!(sink.envoy_metrics().await.value("envoy_enough_count", &[]), 1.0);
    assert_eq!(sink.refused("series").await, 1.0);
}

#[tokio::test]
async fn a_stale_envoy_frees_its_series() {
    let sink = Sink::start(&["--max-series=1", "--stale-after=300ms"]).await;
    let idle = sink.stream().await;
    idle.send(&first("idle", vec![counter("a", &[], 1.0)])).await;
    sink.wait_for_messages(1).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![counter("b", &[], 1.0)])).await;
    sink.wait_for_messages(2).await;
    assert_eq!(sink.refused("series").await, 1.0);
    eventually(TIMEOUT, async || {
        stream.send(&next(vec![counter("b", &[], 1.0)])).await;
        sink.envoy_metrics().await.has("envoy_b", &[])
    })
    .await;
}

#[tokio::test]
async fn limits_the_memory_of_series() {
    let sink = Sink::start(&["--max-series-bytes=64KiB"]).await;
    let stream = sink.stream().await;
    let value = "x".repeat(1000);
    let names: Vec<_> = (0..100).map(|index| format!("n{index}")).collect();
    stream.send(&first("e", names.iter().map(|name| counter(name, &[("a", &value)], 1.0)).collect())).await;
    sink.wait_for_messages(1).await;
    let stored = sink.self_metrics().await.value("metrics_sink_series", &[]);
    assert!((20.0..60.0).contains(&stored), "{stored}");
    assert_eq!(sink.refused("memory").await, 100.0 - stored);
    assert!(sink.self_metrics().await.value("metrics_sink_series_bytes", &[]) <= 65_536.0);
}

#[tokio::test]
async fn limits_the_length_of_names_and_label_values() {
    let sink = Sink::start(&["--max-label=10"]).await;
    let stream = sink.stream().await;
    let families = vec![
        gauge("a", &[("b", "01234567890")], 1.0),
        gauge("01234567890", &[], 1.0),
        gauge("0123456789", &[("0123456789", "0123456789")], 1.0),
    ];
    stream.send(&first("e", families)).await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.refused("label_size").await, 2.0);
    assert_eq!(sink.envoy_metrics().await.page().series_count(), 1);
}

#[tokio::test]
async fn refuses_labels_that_are_invalid_on_a_page() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let families = vec![
        gauge("a", &[("b.c", "1"), ("b-c", "2")], 1.0),
        gauge("a", &[("__name__", "up")], 1.0),
        gauge("a", &[("", "1")], 1.0),
        gauge("a", &[("job", "mine")], 1.0),
        gauge("b", &[("job", "mine"), ("exported_job", "taken"), ("empty", "")], 1.0),
        gauge("b", &[("job", "mine"), ("exported_job", "taken")], 2.0),
    ];
    stream.send(&first("e", families)).await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.refused("labels").await, 3.0);
    assert_eq!(
        sink.envoy_metrics().await.value("envoy_a", &[("job", "envoy"), ("exported_job", "mine")]),
        1.0
    );
    // As Prometheus renames, and compares: an empty label is an absent one.
    let renamed = [("job", "envoy"), ("exported_job", "taken"), ("exported_exported_job", "mine")];
    assert_eq!(sink.envoy_metrics().await.value("envoy_b", &renamed), 1.0);
    assert_eq!(sink.refused("duplicate").await, 1.0);
    assert_eq!(sink.node("metrics_sink_node_refused_total", "e").await, 4.0);
}

#[tokio::test]
async fn a_stale_node_makes_room_at_the_limit_of_nodes() {
    let sink = Sink::start(&["--max-nodes=1", "--stale-after=300ms"]).await;
    let one = sink.stream().await;
    one.send(&first("one", vec![])).await;
    sink.wait_for_messages(1).await;
    let two = sink.stream().await;
    two.send(&first("two", vec![])).await;
    let status = two.ended().await;
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(sink.refused("nodes").await, 1.0);
    one.finish().await.unwrap();
    let two = eventually_some(TIMEOUT, async || {
        let two = sink.stream().await;
        two.send(&first("two", vec![])).await;
        two.finish().await.is_ok().then_some(())
    });
    two.await;
    let metrics = sink.self_metrics().await;
    assert_eq!(metrics.page().series("metrics_sink_node_last_flush_age_seconds").len(), 1);
}

#[tokio::test]
async fn limits_open_streams() {
    let sink = Sink::start(&["--max-streams=1"]).await;
    let one = sink.stream().await;
    one.send(&first("one", vec![])).await;
    sink.wait_for_messages(1).await;
    let two = sink.stream().await;
    two.send(&first("two", vec![])).await;
    assert_eq!(two.ended().await.code(), Code::ResourceExhausted);
    assert_eq!(sink.refused("streams").await, 1.0);
    one.finish().await.unwrap();
}

#[tokio::test]
async fn limits_the_memory_of_incomplete_messages() {
    let sink = Sink::start(&["--max-buffered=64KiB"]).await;
    let stream = sink.stream().await;
    stream.send_raw(vec![0; 1 << 20]).await;
    assert_eq!(stream.ended().await.code(), Code::ResourceExhausted);
    assert_eq!(sink.refused("buffers").await, 1.0);
}
