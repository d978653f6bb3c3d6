//! Prometheus' own parsers accept a page to which Envoys with different settings contribute.

use std::process::Stdio;

use testkit::envoy::{Config, Envoy};
use testkit::prometheus::{Prometheus, real_program};
use testkit::{command, eventually};
use tokio::io::AsyncWriteExt;

use crate::own_page::expect_equal_pages;
use crate::support::{Sink, TIMEOUT};

/// A sink with Envoys whose histograms are histograms, summaries, and both.
async fn mixed() -> (Sink, Vec<Envoy>) {
    let sink = Sink::start(&[]).await;
    let mut envoys = Vec::new();
    for (id, fields) in [
        ("histograms", "{ histogram_emit_mode: HISTOGRAM }"),
        ("summaries", "{ histogram_emit_mode: SUMMARY }"),
        ("both", "{ histogram_emit_mode: SUMMARY_AND_HISTOGRAM, batch_size: 3 }"),
    ] {
        let envoy = Envoy::start(&Config { sink: fields.into(), ..sink.config(id) }).await;
        envoy.requests(6).await;
        let node = [("instance", id)];
        eventually(TIMEOUT, async || sink.scrape("/envoy/metrics").await.has("envoy_server_live", &node))
            .await;
        envoys.push(envoy);
    }
    expect_equal_pages(&sink, &envoys[0]).await;
    (sink, envoys)
}

#[tokio::test]
#[ignore = "needs Envoy and promtool: ENVOY and PROMTOOL are their paths"]
async fn promtool_accepts_the_page_of_envoys_with_different_types() {
    let (sink, _envoys) = mixed().await;
    let refused = sink.scrape("/metrics").await.value("metrics_sink_refused_total", &[("reason", "type")]);
    assert!(refused > 0.0, "the summaries contradict the histograms");
    let page =
        reqwest::get(format!("http://{}/envoy/metrics", sink.http)).await.unwrap().text().await.unwrap();
    let mut promtool = command(&real_program("PROMTOOL"), &[]);
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = promtool.spawn().expect("promtool starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(page.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    // 3 stands for a valid page with names against the conventions, which are Envoy's.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
#[ignore = "needs Envoy and Prometheus: ENVOY and PROMETHEUS are their paths"]
async fn prometheus_stores_every_sample_of_the_page() {
    let (sink, envoys) = mixed().await;
    let prometheus = Prometheus::start(&format!(
        "  - {{ job_name: sink, scrape_interval: 1s, metrics_path: /envoy/metrics, \
         honor_labels: true, static_configs: [{{ targets: ['{}'] }}] }}\n",
        sink.http
    ))
    .await;
    eventually(TIMEOUT, async || {
        envoys[0].requests(2).await;
        !prometheus.query("count_over_time((scrape_samples_scraped > 100)[1m:1s]) > 4").await.is_empty()
    })
    .await;
    let dropped =
        "max_over_time((scrape_samples_scraped - scrape_samples_post_metric_relabeling)[1m:1s]) == 0";
    prometheus.wait_for(dropped, 1).await;
    assert_eq!(prometheus.warnings(), [""; 0]);
}
