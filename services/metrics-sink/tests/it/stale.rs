//! An Envoy that is silent disappears; its age does not.

use testkit::eventually;

use crate::support::messages::{counter, first, gauge, histogram, next};
use crate::support::{PATIENCE, Sink};

#[tokio::test]
async fn a_silent_envoy_disappears_and_its_age_stays() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![gauge("server.live", &[], 1.0)])).await;
    sink.has_taken(1).await;
    eventually(PATIENCE, async || sink.envoys().await.page().series_count() == 0).await;
    let own = sink.own().await;
    assert_eq!(own.value("metrics_sink_series", &[]), 0.0);
    assert_eq!(own.value("metrics_sink_series_bytes", &[]), 0.0);
    let node = [("job", "envoy"), ("instance", "e")];
    assert!(own.value("metrics_sink_node_last_flush_age_seconds", &node) >= 0.3);
}

#[tokio::test]
async fn an_envoy_that_comes_back_begins_anew() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    let flush = |value| vec![counter("n", &[], value), histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0)];
    stream.send(&first("e", flush(10.0))).await;
    sink.has_taken(1).await;
    eventually(PATIENCE, async || sink.envoys().await.page().series_count() == 0).await;
    // On the same stream: the node has not been forgotten.
    stream.send(&next(flush(11.0))).await;
    sink.has_taken(2).await;
    let page = sink.envoys().await;
    assert_eq!(page.value("envoy_n", &[]), 11.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 1.0);
}

#[tokio::test]
async fn a_series_that_is_not_sent_any_more_disappears() {
    let sink = Sink::start(&["--stale-after=1s"]).await;
    let stream = sink.stream().await;
    let rq_time = || histogram("rq_time", &[("x", "y")], &[(5.0, 1)], 1, 2.0);
    stream
        .send(&first("e", vec![gauge("gone", &[("a", "b")], 1.0), gauge("kept", &[], 0.0), rq_time()]))
        .await;
    let mut flushes = 1;
    eventually(PATIENCE, async || {
        flushes += 1;
        stream.send(&next(vec![gauge("kept", &[], f64::from(flushes)), rq_time()])).await;
        !sink.envoys().await.has("envoy_gone", &[])
    })
    .await;
    sink.has_taken(flushes).await;
    let page = sink.envoys().await;
    assert_eq!(page.value("envoy_kept", &[]), f64::from(flushes));
    assert_eq!(page.value("envoy_rq_time_count", &[("x", "y")]), f64::from(flushes));
    assert_eq!(sink.own().await.value("metrics_sink_series", &[]), 5.0);
}
