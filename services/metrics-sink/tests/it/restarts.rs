//! Restarts of an Envoy reset its series. A counter that falls while the process keeps running resets only itself.

use envoy_types::pb::io::prometheus::client::MetricFamily;

use crate::support::Sink;
use crate::support::messages::{at, counter, first, gauge, histogram, next};

#[tokio::test]
async fn a_lower_counter_resets_all_series() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let before = vec![
        histogram("rq_time", &[], &[(5.0, 4)], 4, 12.0),
        counter("n", &[], 10.0),
        counter("removed", &[], 10.0),
        gauge("removed_too", &[], 1.0),
    ];
    stream.send(&first("e", before)).await;
    stream.finish().await.unwrap();
    let stream = sink.stream().await;
    // The histogram precedes the counter, to show that the order in the message does not matter.
    let after = vec![histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0), counter("n", &[], 3.0)];
    stream.send(&first("e", after)).await;
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_n", &[]), 3.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 1.0);
    assert_eq!(page.value("envoy_rq_time_sum", &[]), 2.0);
    assert!(!page.has("envoy_removed", &[]) && !page.has("envoy_removed_too", &[]));
}

#[tokio::test]
async fn batches_of_the_same_flush_before_the_lower_counter_are_kept() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let batches = |time, early: f64, late: f64| {
        [at(time, vec![counter("early", &[], early)]), at(time, vec![counter("late", &[], late)])]
    };
    let [early, late] = batches(1_000, 1.0, 10.0);
    stream.send(&first("e", early)).await;
    stream.send(&next(late)).await;
    let [early, late] = batches(2_000, 2.0, 5.0);
    stream.send(&next(early)).await;
    stream.send(&next(late)).await;
    sink.wait_for_messages(4).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_early", &[]), 2.0);
    assert_eq!(page.value("envoy_late", &[]), 5.0);
}

#[tokio::test]
async fn a_lower_uptime_is_a_restart_without_a_lower_counter() {
    let sink = Sink::start(&[]).await;
    let flush = |time, uptime, count| {
        let families = vec![
            counter("cluster_manager.cluster_added", &[], 2.0),
            gauge("server.uptime", &[], uptime),
            histogram("rq_time", &[], &[(5.0, count)], count, 2.0),
        ];
        at(time, families)
    };
    let stream = sink.stream().await;
    let mut before = flush(1_000_000, 50.0, 4);
    before.push(counter("rq_total", &[], 9.0));
    stream.send(&first("e", before)).await;
    stream.finish().await.unwrap();
    let stream = sink.stream().await;
    stream.send(&first("e", flush(1_005_000, 1.0, 1))).await;
    stream.send(&next(flush(1_006_000, 2.0, 1))).await;
    sink.wait_for_messages(3).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_rq_time_count", &[]), 2.0);
    assert_eq!(page.value("envoy_cluster_manager_cluster_added", &[]), 2.0);
    assert!(!page.has("envoy_rq_total", &[]));
}

#[tokio::test]
async fn a_reconnect_is_not_a_restart() {
    let sink = Sink::start(&[]).await;
    let flush = |time, uptime| {
        let families = vec![
            counter("rq_total", &[], uptime),
            gauge("server.uptime", &[], uptime),
            histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0),
        ];
        at(time, families)
    };
    for seconds in [100, 117] {
        let stream = sink.stream().await;
        stream.send(&first("e", flush(1_000_000 + seconds * 1_000, seconds as f64))).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 2.0);
}

#[tokio::test]
async fn a_counter_that_returns_lower_on_a_new_stream_is_a_restart() {
    let sink = Sink::start(&[]).await;
    let same = || counter("same", &[], 1.0);
    let stream = sink.stream().await;
    stream
        .send(&first("e", at(1, vec![same(), counter("late", &[], 9.0), gauge("removed", &[], 1.0)])))
        .await;
    stream.finish().await.unwrap();
    let stream = sink.stream().await;
    stream.send(&first("e", at(2, vec![same()]))).await;
    stream.send(&next(at(3, vec![same()]))).await;
    stream.send(&next(at(4, vec![same(), counter("late", &[], 1.0)]))).await;
    sink.wait_for_messages(4).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_late", &[]), 1.0);
    assert!(!page.has("envoy_removed", &[]));
}

#[tokio::test]
async fn a_counter_absent_for_a_flush_may_return_lower() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let rq_time = || histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0);
    stream.send(&first("e", at(1, vec![counter("evicted", &[], 9.0), rq_time()]))).await;
    stream.send(&next(at(2, vec![rq_time()]))).await;
    stream.send(&next(at(3, vec![counter("evicted", &[], 1.0), rq_time()]))).await;
    sink.wait_for_messages(3).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_evicted", &[]), 1.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 3.0);
}

#[tokio::test]
async fn deltas_after_a_restart_are_not_added_to_those_before() {
    let sink = Sink::start(&["--counters=delta"]).await;
    for (time, uptime, delta) in [(1_000_000, 50.0, 4.0), (1_001_000, 51.0, 1.0), (1_010_000, 2.0, 3.0)] {
        let stream = sink.stream().await;
        let flush = vec![counter("rq_total", &[], delta), gauge("server.uptime", &[], uptime)];
        stream.send(&first("e", at(time, flush))).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_total", &[]), 3.0);
}

/// The flush of an Envoy that started at second 1,000.
fn flush(second: u32, mut families: Vec<MetricFamily>) -> Vec<MetricFamily> {
    families.push(gauge("server.uptime", &[], f64::from(second)));
    families.push(histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0));
    at(1_000_000 + 1_000 * i64::from(second), families)
}

async fn expect(sink: &Sink, restarts: f64, series_resets: f64) {
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "e").await, restarts);
    assert_eq!(sink.node("metrics_sink_node_series_resets_total", "e").await, series_resets);
}

#[tokio::test]
async fn a_counter_that_falls_while_the_process_runs_resets_only_itself() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let counters = |kept, recreated| vec![counter("kept", &[], kept), counter("recreated", &[], recreated)];
    stream.send(&first("e", flush(100, counters(5.0, 9.0)))).await;
    stream.send(&next(flush(101, counters(6.0, 1.0)))).await;
    stream.finish().await.unwrap();
    // It may also fall while Envoy reconnects.
    let stream = sink.stream().await;
    stream.send(&first("e", flush(102, counters(7.0, 0.0)))).await;
    stream.send(&next(flush(103, counters(8.0, 2.0)))).await;
    sink.wait_for_messages(4).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_kept", &[]), 8.0);
    assert_eq!(page.value("envoy_recreated", &[]), 2.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 4.0);
    expect(&sink, 0.0, 2.0).await;
}

#[tokio::test]
async fn a_restart_within_two_seconds_is_recognized_by_the_lower_uptime_or_counters() {
    let sink = Sink::start(&[]).await;
    for (time, uptime, total) in [(1_000_900, 1.0, 3.0), (1_001_100, 0.0, 3.0), (1_001_800, 0.0, 1.0)] {
        let stream = sink.stream().await;
        let families = vec![
            counter("n", &[], total),
            gauge("server.uptime", &[], uptime),
            histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0),
        ];
        stream.send(&first("e", at(time, families))).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 1.0);
    expect(&sink, 2.0, 0.0).await;
}

#[tokio::test]
async fn a_hot_restart_is_a_restart_although_the_uptime_continues() {
    let sink = Sink::start(&[]).await;
    for (second, epoch) in [(100, 0.0), (101, 0.0), (102, 1.0), (103, 1.0)] {
        let stream = sink.stream().await;
        let families = vec![gauge("server.hot_restart_epoch", &[], epoch), counter("n", &[], 3.0)];
        stream.send(&first("e", flush(second, families))).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 2.0);
    expect(&sink, 1.0, 0.0).await;
}

#[tokio::test]
async fn the_end_of_a_hot_restarts_parent_is_not_a_restart_although_the_uptime_falls() {
    let sink = Sink::start(&[]).await;
    let epoch = |epoch| vec![gauge("server.hot_restart_epoch", &[], epoch)];
    let stream = sink.stream().await;
    stream.send(&first("e", flush(100, epoch(0.0)))).await;
    stream.finish().await.unwrap();
    // The child adds its parent's uptime to its own.
    let stream = sink.stream().await;
    for (second, uptime) in [(101, 201), (102, 202), (103, 103), (104, 104)] {
        let mut families = flush(uptime, epoch(1.0));
        families = at(1_000_000 + 1_000 * second, families);
        stream.send(&first("e", families)).await;
    }
    stream.finish().await.unwrap();
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 4.0);
    expect(&sink, 1.0, 0.0).await;
}

#[tokio::test]
async fn an_older_envoy_with_the_same_identity_is_another_process() {
    let sink = Sink::start(&[]).await;
    for uptime in [100, 500] {
        let stream = sink.stream().await;
        let mut families = flush(uptime, vec![]);
        families = at(1_100_000, families);
        stream.send(&first("e", families)).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_rq_time_count", &[]), 1.0);
    expect(&sink, 1.0, 0.0).await;
}

#[tokio::test]
async fn an_envoy_that_no_longer_sends_its_uptime_is_recognized_by_its_counters() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", flush(100, vec![counter("n", &[], 9.0), counter("old", &[], 1.0)]))).await;
    stream.finish().await.unwrap();
    let stream = sink.stream().await;
    stream.send(&first("e", at(2_000_000, vec![counter("n", &[], 1.0)]))).await;
    stream.send(&next(at(2_001_000, vec![counter("n", &[], 2.0)]))).await;
    sink.wait_for_messages(3).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_n", &[]), 2.0);
    assert!(!page.has("envoy_old", &[]) && !page.has("envoy_rq_time_count", &[]));
    expect(&sink, 1.0, 0.0).await;
}

#[tokio::test]
async fn batched_deltas_before_the_uptime_of_a_restarted_envoy_are_not_added_to_older_ones() {
    let sink = Sink::start(&["--counters=delta"]).await;
    for (time, uptime, delta) in [(1_000_000, 50.0, 4.0), (1_001_000, 51.0, 1.0), (1_010_000, 2.0, 3.0)] {
        let stream = sink.stream().await;
        stream.send(&first("e", at(time, vec![counter("a", &[], delta)]))).await;
        stream.send(&next(at(time, vec![counter("b", &[], delta)]))).await;
        stream.send(&next(at(time, vec![gauge("server.uptime", &[], uptime)]))).await;
        stream.send(&next(at(time, vec![counter("c", &[], delta)]))).await;
        stream.finish().await.unwrap();
    }
    let page = sink.envoy_metrics().await;
    for name in ["envoy_a", "envoy_b", "envoy_c"] {
        assert_eq!(page.value(name, &[]), 3.0, "{name}");
    }
    expect(&sink, 1.0, 0.0).await;
}
