//! Restarts of a sink with a state file, while Envoy keeps running.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics_sink::state::format;
use testkit::envoy::Envoy;
use testkit::eventually;
use tokio::time::interval;

use crate::own_page::{expect_equal, expect_equal_pages};
use crate::support::{Sink, TIMEOUT};

/// Starts a sink with this state file, on the port of an earlier sink if there was one.
async fn start(path: &Path, earlier: Option<&Sink>) -> Sink {
    let port = earlier.map_or(0, |sink| sink.grpc.port());
    Sink::start(&[&format!("--state-file={}", path.display()), &format!("--grpc-port={port}")]).await
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn a_sink_that_is_ended_and_started_again_has_envoys_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut sink = start(&path, None).await;
    let (one, two) = (Envoy::start(&sink.config("one")).await, Envoy::start(&sink.config("two")).await);
    // Recognized for certain two seconds after its start.
    for _ in 0..2 {
        for envoy in [&one, &two] {
            envoy.requests(20).await;
            wait_for_uptime(&sink, envoy, 3.0).await;
            expect_equal_pages(&sink, envoy).await;
        }
        assert!(sink.program.terminate().await.success());
        sink = start(&path, Some(&sink)).await;
        for envoy in [&one, &two] {
            envoy.requests(6).await;
            expect_equal_pages(&sink, envoy).await;
            assert_eq!(sink.node("metrics_sink_node_restarts_total", envoy.id()).await, 0.0);
        }
    }
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn a_sink_that_is_killed_under_load_loses_only_what_came_since_the_last_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let sink = start(&path, None).await;
    let envoy = Envoy::start(&sink.config("load")).await;
    let restarted = async {
        wait_for_uptime(&sink, &envoy, 3.0).await;
        let before = observations(&sink).await;
        assert!(before > 0.0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
        eventually(TIMEOUT, async || {
            let file = fs::read(&path).unwrap_or_default();
            format::read(&file[..], u64::MAX)
                .is_ok_and(|parts| parts.iter().any(|part| part.flushed_ms > now))
        })
        .await;
        let port = sink.grpc.port();
        sink.program.kill().await;
        // Envoy connects again at each flush.
        eventually(TIMEOUT, async || {
            let page = prometheus_text::parse(&envoy.used_metrics().await).expect("a valid page");
            let failures = page.matching(
                "envoy_cluster_upstream_cx_connect_fail",
                &[("envoy_cluster_name", "metrics-sink")],
            );
            failures.map(|failures| failures.value).sum::<f64>() > 3.0
        })
        .await;
        let flags = [format!("--state-file={}", path.display()), format!("--grpc-port={port}")];
        let sink = Sink::start(&flags.each_ref().map(String::as_str)).await;
        eventually(TIMEOUT, async || observations(&sink).await > before).await;
        (sink, before)
    };
    let (sink, before) = tokio::select! {
        restarted = restarted => restarted,
        () = load(&envoy) => unreachable!("the load does not end"),
    };
    expect_equal(&sink, &envoy, |series| !is_histogram(series)).await;
    let shown = observations(&sink).await;
    let page = prometheus_text::parse(&envoy.used_metrics().await).unwrap();
    let sent =
        page.value("envoy_http_downstream_rq_time_count", &[("envoy_http_conn_manager_prefix", "web")]);
    assert!(before <= shown && shown <= sent.unwrap(), "{before} <= {shown} <= {sent:?}");
    assert!(sink.node("metrics_sink_missed_seconds", "load").await > 0.0);
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "load").await, 0.0);
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn an_envoy_that_restarts_while_the_sink_is_down_starts_from_zero() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut sink = start(&path, None).await;
    let config = sink.config("again");
    let envoy = Envoy::start(&config).await;
    envoy.requests(20).await;
    wait_for_uptime(&sink, &envoy, 3.0).await;
    expect_equal_pages(&sink, &envoy).await;
    sink.program.terminate().await;
    envoy.kill().await;
    let envoy = Envoy::start(&config).await;
    let sink = start(&path, Some(&sink)).await;
    eventually(TIMEOUT, async || sink.node("metrics_sink_node_restarts_total", "again").await == 1.0).await;
    envoy.requests(4).await;
    expect_equal(&sink, &envoy, |series| !is_histogram(series)).await;
    // Every second request comes back to the listener.
    assert!(observations(&sink).await <= 6.0);
}

async fn load(envoy: &Envoy) {
    let mut interval = interval(Duration::from_millis(20));
    loop {
        interval.tick().await;
        envoy.requests(1).await;
    }
}

async fn wait_for_uptime(sink: &Sink, envoy: &Envoy, seconds: f64) {
    let node = [("instance", envoy.id())];
    eventually(TIMEOUT, async || {
        sink.scrape("/envoy/metrics").await.sum("envoy_server_uptime", &node) >= seconds
    })
    .await;
}

async fn observations(sink: &Sink) -> f64 {
    let labels = [("envoy_http_conn_manager_prefix", "web")];
    sink.scrape("/envoy/metrics").await.sum("envoy_http_downstream_rq_time_count", &labels)
}

fn is_histogram(series: &str) -> bool {
    ["_bucket{", "_sum{", "_count{"].iter().any(|suffix| series.contains(suffix))
}
