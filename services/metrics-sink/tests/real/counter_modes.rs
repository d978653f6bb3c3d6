//! `report_counters_as_deltas`, with the matching setting of the sink and with the other one.

use testkit::envoy::{Config, Envoy};
use testkit::eventually;

use crate::own_page::expect_equal_pages;
use crate::support::{Sink, TIMEOUT};

const DELTAS: &str = "{ histogram_emit_mode: HISTOGRAM, report_counters_as_deltas: true }";

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn deltas_add_up_to_envoys_page() {
    let sink = Sink::start(&["--counters=delta"]).await;
    let batched = "{ histogram_emit_mode: HISTOGRAM, report_counters_as_deltas: true, batch_size: 20 }";
    for (id, fields) in [("deltas", DELTAS), ("batched-deltas", batched)] {
        let config = Config { sink: fields.into(), ..sink.config(id) };
        let envoy = Envoy::start(&config).await;
        envoy.requests(20).await;
        expect_equal_pages(&sink, &envoy).await;
        // With deltas, only the uptime tells processes apart, and it does not within two seconds of their starts.
        let node = [("instance", id)];
        eventually(TIMEOUT, async || {
            sink.scrape("/envoy/metrics").await.value("envoy_server_uptime", &node) > 2.0
        })
        .await;
        envoy.kill().await;
        let envoy = Envoy::start(&config).await;
        envoy.requests(6).await;
        expect_equal_pages(&sink, &envoy).await;
        assert_eq!(sink.node("metrics_sink_node_restarts_total", id).await, 1.0);
        assert_eq!(sink.node("metrics_sink_node_counter_mismatches_total", id).await, 0.0);
    }
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn the_wrong_setting_is_counted_in_both_directions() {
    for (flag, fields, id) in [
        ("--counters=cumulative", DELTAS, "deltas"),
        ("--counters=delta", "{ histogram_emit_mode: HISTOGRAM }", "totals"),
    ] {
        let sink = Sink::start(&[flag]).await;
        let config = Config { sink: fields.into(), ..sink.config(id) };
        let envoy = Envoy::start(&config).await;
        eventually(TIMEOUT, async || {
            envoy.requests(2).await;
            sink.node("metrics_sink_node_counter_mismatches_total", id).await > 0.0
        })
        .await;
        assert_eq!(sink.node("metrics_sink_node_restarts_total", id).await, 0.0);
    }
}
