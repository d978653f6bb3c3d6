//! Restarts of Envoy and of the sink.

use testkit::envoy::{Config, Envoy};
use testkit::eventually;

use crate::own_page::{expect_equal, expect_equal_pages};
use crate::support::{Sink, TIMEOUT};

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn an_envoy_that_is_killed_or_ended_and_started_again_starts_from_zero() {
    for is_killed in [true, false] {
        let sink = Sink::start(&[]).await;
        let config = sink.config("again");
        let envoy = Envoy::start(&config).await;
        envoy.requests(20).await;
        expect_equal_pages(&sink, &envoy).await;
        if is_killed {
            envoy.kill().await;
        } else {
            envoy.quit().await;
        }
        let envoy = Envoy::start(&config).await;
        envoy.requests(4).await;
        expect_equal_pages(&sink, &envoy).await;
        assert_eq!(sink.node("metrics_sink_node_restarts_total", "again").await, 1.0);
    }
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn the_child_of_a_hot_restart_starts_from_zero() {
    let sink = Sink::start(&[]).await;
    let config = Config { can_hot_restart: true, ..sink.config("hot") };
    let envoy = Envoy::start(&config).await;
    envoy.requests(20).await;
    expect_equal_pages(&sink, &envoy).await;
    let envoy = envoy.hot_restart().await;
    envoy.requests(4).await;
    // The child takes over the parent's counters, but not its histograms.
    expect_equal_pages(&sink, &envoy).await;
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "hot").await, 1.0);
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn counters_are_envoys_again_after_the_sink_restarts_under_load() {
    let sink = Sink::start(&[]).await;
    let envoy = Envoy::start(&sink.config("load")).await;
    envoy.requests(20).await;
    expect_equal_pages(&sink, &envoy).await;
    let port = format!("--grpc-port={}", sink.grpc.port());
    sink.program.kill().await;
    envoy.requests(20).await;
    let sink = Sink::start(&[&port]).await;
    envoy.requests(20).await;
    eventually(TIMEOUT, async || sink.scrape("/envoy/metrics").await.sum("envoy_server_live", &[]) == 1.0)
        .await;
    expect_equal(&sink, &envoy, |series| {
        !["_bucket{", "_sum{", "_count{"].iter().any(|suffix| series.contains(suffix))
    })
    .await;
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "load").await, 0.0);
}
