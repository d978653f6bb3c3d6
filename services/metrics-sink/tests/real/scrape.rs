//! Prometheus reads both pages in both formats.

use std::fmt::Write as _;

use testkit::eventually;
use testkit::prometheus::Prometheus;

use crate::support::{Sink, TIMEOUT};

const PROTOCOLS: [&str; 2] = ["OpenMetricsText1.0.0", "PrometheusText0.0.4"];
const PATHS: [&str; 2] = ["/metrics", "/envoy/metrics"];

#[tokio::test]
#[ignore = "needs Envoy and Prometheus: ENVOY and PROMETHEUS are their paths"]
async fn prometheus_reads_every_sample_in_both_formats() {
    let sink = Sink::start(&[]).await;
    let envoy = sink.envoy("e").await;
    envoy.request().await;
    let requests = [("envoy_http_conn_manager_prefix", "web")];
    eventually(TIMEOUT, async || {
        sink.scrape("/envoy/metrics").await.sum("envoy_http_downstream_rq_time_count", &requests) == 1.0
    })
    .await;
    let mut configs = String::new();
    for protocol in PROTOCOLS {
        for path in PATHS {
            write!(
                configs,
                "  - job_name: {path}-{protocol}\n    metrics_path: {path}\n    scrape_interval: 1s\n    \
                 scrape_protocols: [{protocol}]\n    honor_labels: true\n    static_configs:\n      \
                 - targets: ['{}']\n        labels: {{ protocol: {protocol} }}\n",
                sink.http
            )
            .expect("a string");
        }
    }
    let prometheus = Prometheus::start(&configs).await;
    prometheus.wait_for("up == 1", 4).await;
    for path in PATHS {
        let page = sink.scrape(path).await.page().series_count() as f64;
        for metric in ["scrape_samples_scraped", "scrape_samples_post_metric_relabeling"] {
            let expression = format!("{metric}{{job=~\"{path}-.*\"}} == {page}");
            prometheus.wait_for(&expression, 2).await;
        }
    }
    // The same series, whichever format has them, apart from the label of the target.
    let named =
        "label_replace({instance=\"e\", __name__=~\"envoy_.+\"}, \"name\", \"$1\", \"__name__\", \"(.+)\")";
    let unequal = prometheus.query(&format!("count without (protocol) ({named}) != 2")).await;
    assert_eq!(unequal, [], "in one of the formats only");
    let buckets = "envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix=\"web\", le=\"1.0\"}";
    assert_eq!(prometheus.query(buckets).await.len(), 2);
    assert_eq!(prometheus.warnings(), [""; 0]);
}
