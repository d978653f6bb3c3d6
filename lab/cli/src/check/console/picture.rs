//! The console's map, as its stream of events sends it.

use std::collections::BTreeMap;

use serde::Deserialize;

use catalog::Service;
use clients::{Clients, prometheus::Series};

use crate::console::ask;

/// One look at the lab.
#[derive(Clone, Debug, Deserialize)]
struct Map {
    /// Unix milliseconds.
    at: f64,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

#[derive(Clone, Debug, Deserialize)]
struct Node {
    id: String,
    health: String,
    note: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Edge {
    from: String,
    to: String,
    rate: Option<f64>,
}

/// The edge that is held against Prometheus, and what its rate is there.
const EDGE: (&str, &str) = ("web-client", "envoy-grpc");
const RATE: &str = r#"sum(rate(grpc_client_started_total{job="web-client"}[5s]))"#;
/// Between the moment at which the map was made, and the one of the samples that it was made of, a scrape may lie.
const NEAR: f64 = 0.25;

/// Every part of the lab is on the map, and up.
pub(super) async fn nodes(parts: &Clients, has_grafana: bool) -> Result<String, String> {
    judge_nodes(&map(parts).await?, expected(parts, has_grafana))
}

fn expected(parts: &Clients, has_grafana: bool) -> impl Iterator<Item = Service> {
    parts.settings.tutorial.services().filter(move |service| has_grafana || *service != Service::Grafana)
}

fn judge_nodes(map: &Map, services: impl Iterator<Item = Service>) -> Result<String, String> {
    let health: BTreeMap<&str, &Node> = map.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    for service in services {
        // One Envoy has two listeners.
        let ids: &[&str] = match service {
            Service::Envoy => &["envoy-edge", "envoy-grpc"],
            other => &[other.name()],
        };
        if let Some(missing) = ids.iter().find(|id| !health.contains_key(*id)) {
            return Err(format!("{missing} is not on it"));
        }
    }
    match map.nodes.iter().find(|node| node.health != "up") {
        Some(node) => Err(format!("{} is {}: {}", node.id, node.health, node.note.as_deref().unwrap_or("?"))),
        None => Ok(format!("{} nodes, {} edges", map.nodes.len(), map.edges.len())),
    }
}

/// One edge's rate is Prometheus' at that moment.
pub(super) async fn rate(parts: &Clients) -> Result<String, String> {
    let map = map(parts).await?;
    let (from, to) = EDGE;
    let edge = map.edges.iter().find(|edge| (edge.from.as_str(), edge.to.as_str()) == EDGE);
    let shown = edge.and_then(|edge| edge.rate).ok_or_else(|| format!("no rate from {from} to {to}"))?;
    let own = parts.prometheus.instant(RATE, Some(map.at / 1000.0)).await;
    let own: f64 = own.map_err(|error| error.to_string())?.iter().filter_map(Series::last).sum();
    let told = format!("{from} to {to}: {shown:.1} a second; Prometheus: {own:.1}");
    if shown > 0.0 && (shown - own).abs() <= NEAR * own { Ok(told) } else { Err(told) }
}

/// The first map of a new stream.
async fn map(parts: &Clients) -> Result<Map, String> {
    let mut stream = ask(parts, "/api/events").send().await.map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    while let Some(chunk) = stream.chunk().await.map_err(|error| error.to_string())? {
        text.extend_from_slice(&chunk);
        if let Some(data) = event(&String::from_utf8_lossy(&text), "map") {
            return serde_json::from_str(&data).map_err(|error| format!("the event map: {error}"));
        }
    }
    Err("the stream of events ended without a map".into())
}

/// The data of the first whole event of that name.
fn event(text: &str, name: &str) -> Option<String> {
    let (whole, _) = text.rsplit_once("\n\n")?;
    whole.split("\n\n").find_map(|event| {
        let field = |key| event.lines().filter_map(move |line| line.strip_prefix(key)).map(str::trim_start);
        (field("event:").next() == Some(name)).then(|| field("data:").collect::<Vec<_>>().join("\n"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(nodes: &[(&str, &str)]) -> Map {
        let nodes: Vec<_> = nodes
            .iter()
            .map(|(id, health)| serde_json::json!({"id": id, "health": health, "note": "a note"}))
            .collect();
        serde_json::from_value(serde_json::json!({"at": 1, "edges": [], "nodes": nodes})).unwrap()
    }

    #[test]
    fn only_a_whole_event_is_read() {
        let text = ": hello\n\nevent: mails\ndata: []\n\nevent: map\ndata: {\"at\":\ndata: 1}\n";
        assert_eq!(event(text, "map"), None);
        assert_eq!(event(&format!("{text}\n"), "map").unwrap(), "{\"at\":\n1}");
        assert_eq!(event(text, "mails").unwrap(), "[]");
    }

    #[test]
    fn a_part_that_is_missing_or_not_up_is_named() {
        let judged = |nodes: &[(&str, &str)], service| judge_nodes(&map(nodes), [service].into_iter());
        assert_eq!(judged(&[("jaeger", "up")], Service::Jaeger).unwrap(), "1 nodes, 0 edges");
        assert_eq!(judged(&[("maildev", "up")], Service::Jaeger).unwrap_err(), "jaeger is not on it");
        let down = [("jaeger", "up"), ("maildev", "down")];
        assert_eq!(judged(&down, Service::Jaeger).unwrap_err(), "maildev is down: a note");
        assert_eq!(judged(&[("envoy-edge", "up")], Service::Envoy).unwrap_err(), "envoy-grpc is not on it");
    }
}
