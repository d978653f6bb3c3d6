//! Configuration updates and drains: Envoy re-creates statistics while its process keeps running.

use testkit::envoy::{Config, Envoy};

use crate::own_page::{expect_equal, expect_equal_pages};
use crate::support::Sink;

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn changed_removed_and_added_clusters_reset_only_their_own_counters() {
    for fields in ["{ histogram_emit_mode: HISTOGRAM }", "{ histogram_emit_mode: HISTOGRAM, batch_size: 20 }"]
    {
        let sink = Sink::start(&["--stale-after=1s"]).await;
        let envoy = Envoy::start(&Config { sink: fields.into(), ..sink.config("cds") }).await;
        envoy.requests(20).await;
        expect_equal_pages(&sink, &envoy).await;
        // The cluster's histograms are those of two clusters, of which the sink cannot know: they keep adding up.
        let is_comparable =
            |series: &str| !(series.contains("envoy_cluster_name=up") && is_histogram(series));
        for connect_timeout in [Some("2s"), None, Some("1s")] {
            envoy.update_cluster(connect_timeout).await;
            envoy.requests(6).await;
            expect_equal(&sink, &envoy, is_comparable).await;
        }
        assert_eq!(sink.node("metrics_sink_node_restarts_total", "cds").await, 0.0);
        assert_eq!(sink.node("metrics_sink_node_counter_mismatches_total", "cds").await, 0.0);
        assert_eq!(sink.node("metrics_sink_node_refused_total", "cds").await, 0.0);
    }
}

fn is_histogram(series: &str) -> bool {
    let name = series.split('{').next().unwrap_or_default();
    ["_bucket", "_sum", "_count"].iter().any(|suffix| name.ends_with(suffix))
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn a_drain_resets_nothing() {
    let sink = Sink::start(&[]).await;
    let envoy = Envoy::start(&sink.config("drain")).await;
    envoy.requests(10).await;
    envoy.post("/healthcheck/fail").await;
    envoy.post("/drain_listeners?graceful").await;
    expect_equal_pages(&sink, &envoy).await;
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "drain").await, 0.0);
    assert_eq!(sink.node("metrics_sink_node_series_resets_total", "drain").await, 0.0);
    envoy.quit().await;
}
