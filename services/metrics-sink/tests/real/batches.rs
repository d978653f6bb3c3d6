//! Envoys with every way to flush: the sink's page has the values of Envoy's own.

use testkit::envoy::{Config, Envoy};
use testkit::eventually;

use crate::own_page::{expect_equal, expect_equal_pages};
use crate::support::{Sink, TIMEOUT};

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn batches_of_any_size_and_both_emissions_of_histograms_give_envoys_page() {
    let sink = Sink::start(&[]).await;
    let options = [
        ("whole", "{ histogram_emit_mode: HISTOGRAM }"),
        ("batch-1", "{ histogram_emit_mode: HISTOGRAM, batch_size: 1 }"),
        ("batch-7", "{ histogram_emit_mode: SUMMARY_AND_HISTOGRAM, batch_size: 7 }"),
        ("batch-20", "{ batch_size: 20 }"),
    ];
    let mut envoys = Vec::new();
    for (id, fields) in options {
        envoys.push(Envoy::start(&Config { sink: fields.into(), ..sink.config(id) }).await);
    }
    for _ in 0..3 {
        for envoy in &envoys {
            envoy.requests(20).await;
        }
    }
    for envoy in &envoys {
        expect_equal_pages(&sink, envoy).await;
        for metric in ["restarts", "series_resets", "counter_mismatches"] {
            let metric = format!("metrics_sink_node_{metric}_total");
            assert_eq!(sink.node(&metric, envoy.id()).await, 0.0, "{metric} of {}", envoy.id());
        }
    }
    for reason in ["duplicate", "value", "labels"] {
        assert_eq!(sink.refused(reason).await, 0.0, "{reason}");
    }
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn statistics_that_tags_make_equal_are_duplicates_and_no_restarts() {
    let sink = Sink::start(&[]).await;
    // The name and the tags of `downstream_cx_total` and `downstream_rq_total` become equal, in different messages.
    let config = Config {
        sink: "{ histogram_emit_mode: HISTOGRAM, batch_size: 1 }".into(),
        stats_tags: "{ tag_name: same, regex: '[.]downstream_((?:cx|rq)_(total))$' }".into(),
        ..sink.config("tags")
    };
    let envoy = Envoy::start(&config).await;
    for _ in 0..3 {
        envoy.requests(20).await;
    }
    expect_equal(&sink, &envoy, |series| !series.contains("same=")).await;
    assert!(sink.refused("duplicate").await > 0.0);
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "tags").await, 0.0);
    assert_eq!(sink.node("metrics_sink_node_series_resets_total", "tags").await, 0.0);
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn an_envoy_that_flushes_rarely_keeps_its_totals_and_stays_on_the_page() {
    let sink = Sink::start(&["--stale-after=500ms"]).await;
    let envoy = Envoy::start(&Config { flush_interval: "1.5s".into(), ..sink.config("rare") }).await;
    for _ in 0..3 {
        envoy.requests(6).await;
        let flushes = sink.scrape("/envoy/metrics").await.sum("envoy_server_uptime", &[]);
        eventually(TIMEOUT, async || {
            sink.scrape("/envoy/metrics").await.sum("envoy_server_uptime", &[]) > flushes
        })
        .await;
    }
    expect_equal_pages(&sink, &envoy).await;
    assert_eq!(sink.node("metrics_sink_node_restarts_total", "rare").await, 0.0);
}

#[tokio::test]
#[ignore = "needs Envoy: ENVOY is its path"]
async fn tags_that_are_parts_of_the_names_give_the_names_of_envoys_statistics() {
    let sink = Sink::start(&[]).await;
    let config = Config { emit_tags_as_labels: false, ..sink.config("no-tags") };
    let envoy = Envoy::start(&config).await;
    envoy.requests(20).await;
    eventually(TIMEOUT, async || {
        let counters = envoy.used_counters().await;
        let shown = sink.scrape("/envoy/metrics").await;
        let is_equal = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a counter");
            let name: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            shown.sum(&format!("envoy_{name}"), &[("instance", "no-tags")])
                == value.parse::<f64>().expect("a number")
        };
        let compared = || {
            counters.lines().filter(|line| !["admin", "metrics-sink"].iter().any(|part| line.contains(part)))
        };
        // Every second request comes back to the listener.
        let observations = shown.sum("envoy_http_web_downstream_rq_time_count", &[]);
        observations == 30.0 && compared().count() > 20 && compared().all(is_equal)
    })
    .await;
    assert_eq!(sink.node("metrics_sink_node_refused_total", "no-tags").await, 0.0);
}
