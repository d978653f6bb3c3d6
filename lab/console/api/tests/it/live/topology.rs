//! The topology follows Prometheus' figures, and works without Prometheus.

use catalog::Selection;
use serde_json::{Value, json};
use testkit::eventually;

use super::{Live, find};
use crate::support::{Files, TIMEOUT};

fn target(job: &str, health: &str) -> Value {
    json!({"labels": {"job": job}, "scrapeUrl": "http://x/metrics", "health": health, "lastError": "no such host"})
}

fn edge<'a>(map: &'a Value, from: &str, to: &str) -> &'a Value {
    let edges = map["edges"].as_array().unwrap();
    edges.iter().find(|edge| edge["from"] == from && edge["to"] == to).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn an_edge_has_rate_errors_and_p95_and_follows_the_load() {
    let live = Live::start().await;
    live.lab.change(|lab| {
        lab.cells = vec![
            ("you>envoy-edge rate", 20.0),
            ("you>envoy-edge failed", 5.0),
            ("you>envoy-edge p95", 0.25),
            ("web-client>envoy-grpc rate", 0.0),
        ];
    });
    let mut stream = live.listen().await;
    let map = stream.until("map", |map| edge(map, "you", "envoy-edge")["rate"] == 20.0).await;
    let edge_of = |from, to| edge(&map, from, to);
    assert_eq!(edge_of("you", "envoy-edge")["errors"], 0.25);
    assert_eq!(edge_of("you", "envoy-edge")["p95"], 0.25);
    assert_eq!(edge_of("web-client", "envoy-grpc")["rate"], 0.0);
    assert_eq!(edge_of("web-client", "envoy-grpc")["errors"], Value::Null);
    assert_eq!(edge_of("web-client", "jaeger")["rate"], Value::Null);
    live.lab.change(|lab| lab.cells[0].1 = 30.0);
    stream.until("map", |map| edge(map, "you", "envoy-edge")["rate"] == 30.0).await;
}

#[tokio::test]
async fn a_service_that_is_down_has_the_reason_in_its_note() {
    let live = Live::start().await;
    live.lab.change(|lab| {
        lab.targets = vec![target("web-client", "up"), target("echo-server", "down")];
        lab.cells = vec![("hello-influx-1 live", 1.0), ("hello-influx-2 live", 0.0)];
    });
    let mut stream = live.listen().await;
    let map = stream.until("map", |_| true).await;
    let node = |id| find(&map["nodes"], "id", id);
    assert_eq!(node("web-client")["health"], "up");
    assert_eq!(node("echo-server")["health"], "down");
    assert_eq!(node("echo-server")["note"], "Prometheus cannot scrape it: no such host");
    assert_eq!(node("hello-influx-1")["health"], "up");
    assert_eq!(node("hello-influx-2")["health"], "down");
    assert_eq!((&node("jaeger")["health"], &node("envoy-edge")["health"]), (&json!("up"), &json!("up")));
}

#[tokio::test]
async fn without_prometheus_health_comes_from_the_services_pages() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.prometheus_fails = true);
    let mut stream = live.listen().await;
    let map = stream.until("map", |_| true).await;
    let node = |id| find(&map["nodes"], "id", id);
    assert_eq!(node("prometheus")["health"], "down");
    assert!(node("prometheus")["note"].as_str().unwrap().contains("starting up"), "{}", node("prometheus"));
    assert_eq!(node("web-client")["health"], "up");
    // Its address is unreachable.
    assert_eq!(node("order-service")["health"], "down");
    assert_eq!(node("orders-db")["health"], "down");
    assert_eq!(edge(&map, "you", "envoy-edge")["rate"], Value::Null);
}

#[tokio::test]
async fn one_query_measures_all_edges_and_none_is_sent_without_listeners() {
    let live = Live::start().await;
    // Alerts are polled in any case.
    eventually(TIMEOUT, async || live.lab.count("/api/v1/rules") >= 3).await;
    assert_eq!(live.lab.read(|lab| lab.topology_queries), 0);
    let mut stream = live.listen().await;
    let first = stream.until("map", |_| true).await;
    assert_eq!(live.lab.read(|lab| lab.topology_queries), 1);
    stream.until("map", |map| map["at"] != first["at"]).await;
    assert_eq!(live.lab.read(|lab| lab.topology_queries), 2);
    drop(stream);
    eventually(TIMEOUT, async || {
        let before = (live.lab.read(|lab| lab.topology_queries), live.lab.count("/api/v1/rules"));
        eventually(TIMEOUT, async || live.lab.count("/api/v1/rules") >= before.1 + 3).await;
        live.lab.read(|lab| lab.topology_queries) == before.0
    })
    .await;
}

#[tokio::test]
async fn contains_only_started_services() {
    let live = Live::with(Files::new(), |config| config.settings.tutorial = Selection::Echo).await;
    let map = live.listen().await.until("map", |_| true).await;
    for id in ["order-service", "orders-db", "tcp-balancer", "influxdb", "metrics-sink", "grafana"] {
        assert_eq!(find(&map["nodes"], "id", id), &Value::Null);
    }
    assert_ne!(edge(&map, "envoy-grpc", "echo-server"), &Value::Null);
    assert_eq!(edge(&map, "envoy-grpc", "order-service"), &Value::Null);
}
