//! Removal of Envoys and series that are not sent any more.

use std::thread;
use std::time::{Duration, Instant};

use envoy_types::pb::io::prometheus::client::MetricFamily;
use metrics_sink::store::{Limits, Temporality};
use metrics_sink::wire::Message;
use prost::Message as _;
use testkit::eventually;

use crate::support::messages::{counter, first, gauge, histogram, next};
use crate::support::{Sink, TIMEOUT, limits, open_stream, store_with};

#[tokio::test]
async fn removes_a_stale_envoy_but_keeps_its_age() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![gauge("server.live", &[], 1.0)])).await;
    sink.wait_for_messages(1).await;
    stream.finish().await.unwrap();
    eventually(TIMEOUT, async || sink.envoy_metrics().await.page().series_count() == 0).await;
    eventually(TIMEOUT, async || sink.self_metrics().await.value("metrics_sink_series", &[]) == 0.0).await;
    let metrics = sink.self_metrics().await;
    assert_eq!(metrics.value("metrics_sink_series_bytes", &[]), 0.0);
    let node = [("job", "envoy"), ("instance", "e")];
    assert!(metrics.value("metrics_sink_node_last_flush_age_seconds", &node) >= 0.3);
}

fn flush(value: f64) -> Vec<MetricFamily> {
    vec![counter("n", &[], value), histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0)]
}

#[tokio::test]
async fn an_envoy_that_reconnects_after_it_was_removed_starts_from_zero() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", flush(10.0))).await;
    stream.finish().await.unwrap();
    eventually(TIMEOUT, async || sink.self_metrics().await.value("metrics_sink_series", &[]) == 0.0).await;
    let stream = sink.stream().await;
    stream.send(&first("e", flush(11.0))).await;
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_n", &[]), 11.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 1.0);
}

#[tokio::test]
async fn an_open_stream_keeps_the_totals_of_an_envoy_that_flushes_rarely() {
    let sink = Sink::start(&["--stale-after=300ms"]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", flush(10.0))).await;
    sink.wait_for_messages(1).await;
    // The flush interval is unknown, so the page does not show old values as current.
    eventually(TIMEOUT, async || sink.envoy_metrics().await.page().series_count() == 0).await;
    stream.send(&next(flush(11.0))).await;
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_n", &[]), 11.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 2.0);
}

#[test]
fn the_page_shows_an_envoy_for_three_of_its_flush_intervals() {
    let store =
        store_with(Limits { stale_after: Duration::from_millis(200), ..limits() }, Temporality::Cumulative);
    let stream = open_stream(&store);
    let flush = |value| {
        stream.record_flush().unwrap();
        let bytes = next(flush(value)).encode_to_vec();
        stream.apply(&Message::parse(&bytes).unwrap()).unwrap();
    };
    flush(1.0);
    // The interval that the store learns: longer than the configured age.
    thread::sleep(Duration::from_millis(600));
    flush(2.0);
    let learned_at = Instant::now();
    loop {
        store.remove_stale();
        let page: Vec<u8> = store.page().flat_map(|chunk| chunk.unwrap()).collect();
        let age = learned_at.elapsed();
        if page.is_empty() {
            assert!(age >= Duration::from_millis(1_800), "stale after {age:?}");
            return;
        }
        assert!(
            String::from_utf8(page)
                .unwrap()
                .contains("envoy_rq_time_count{job=\"envoy\",instance=\"e\"} 2\n")
        );
        assert!(age < TIMEOUT);
        thread::sleep(Duration::from_millis(20));
    }
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
