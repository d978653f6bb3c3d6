//! Removal of Envoys and series that are not sent any more.

use testkit::eventually;

use crate::support::messages::{counter, first, gauge, histogram, next};
use crate::support::{Sink, TIMEOUT};

#[tokio::test]
async fn removes_a_stale_envoy_but_keeps_its_age() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![gauge("server.live", &[], 1.0)])).await;
    sink.wait_for_messages(1).await;
    eventually(TIMEOUT, async || sink.envoy_metrics().await.page().series_count() == 0).await;
    let metrics = sink.self_metrics().await;
    assert_eq!(metrics.value("metrics_sink_series", &[]), 0.0);
    assert_eq!(metrics.value("metrics_sink_series_bytes", &[]), 0.0);
    let node = [("job", "envoy"), ("instance", "e")];
    assert!(metrics.value("metrics_sink_node_last_flush_age_seconds", &node) >= 0.3);
}

#[tokio::test]
async fn an_envoy_that_returns_starts_from_zero() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    let flush = |value| vec![counter("n", &[], value), histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0)];
    stream.send(&first("e", flush(10.0))).await;
    sink.wait_for_messages(1).await;
    eventually(TIMEOUT, async || sink.envoy_metrics().await.page().series_count() == 0).await;
    // The stream is the same, so the node itself was not removed.
    stream.send(&next(flush(11.0))).await;
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_n", &[]), 11.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 1.0);
}

#[tokio::test]
async fn removes_a_series_that_is_not_sent_any_more() {
    let sink = Sink::start(&["--stale-after=1s"]).await;
    let stream = sink.stream().await;
    let rq_time = || histogram("rq_time", &[("x", "y")], &[(5.0, 1)], 1, 2.0);
    stream
        .send(&first("e", vec![gauge("removed", &[("a", "b")], 1.0), gauge("kept", &[], 0.0), rq_time()]))
        .await;
    let mut flushes = 1;
    eventually(TIMEOUT, async || {
        flushes += 1;
        stream.send(&next(vec![gauge("kept", &[], f64::from(flushes)), rq_time()])).await;
        !sink.envoy_metrics().await.has("envoy_removed", &[])
    })
    .await;
    sink.wait_for_messages(flushes).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_kept", &[]), f64::from(flushes));
    assert_eq!(page.value("envoy_rq_time_count", &[("x", "y")]), f64::from(flushes));
    assert_eq!(sink.self_metrics().await.value("metrics_sink_series", &[]), 5.0);
}
