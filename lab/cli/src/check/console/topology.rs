//! Claims on the topology, which the console sends as the event `map`.

use std::collections::BTreeMap;

use serde::Deserialize;

use catalog::Service;
use clients::{Clients, prometheus::Series};

use crate::console::get;

use crate::table::Failure;

/// A snapshot of the topology.
#[derive(Clone, Debug, Deserialize)]
struct Topology {
    /// Time of the snapshot, in Unix milliseconds.
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

/// The edge whose rate is compared, and the query for its rate.
const EDGE: (&str, &str) = ("web-client", "envoy-grpc");
const RATE: &str = r#"sum(rate(grpc_client_started_total{job="web-client"}[5s]))"#;
/// Relative tolerance: the console may have read one scrape less than is stored for the time of its snapshot.
const TOLERANCE: f64 = 0.25;

/// Every service is in the topology, and up.
pub(super) async fn nodes(clients: &Clients, has_grafana: bool) -> Result<String, Failure> {
    evaluate_nodes(&topology(clients).await?, expected(clients, has_grafana))
}

fn expected(clients: &Clients, has_grafana: bool) -> impl Iterator<Item = Service> {
    clients.settings.tutorial.services().filter(move |service| has_grafana || *service != Service::Grafana)
}

fn evaluate_nodes(topology: &Topology, services: impl Iterator<Item = Service>) -> Result<String, Failure> {
    let health: BTreeMap<&str, &Node> = topology.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
    for service in services {
        // Envoy's two listeners are two nodes. The gate is between the browser and the services, not between services.
        let ids: &[&str] = match service {
            Service::Envoy => &["envoy-edge", "envoy-grpc"],
            Service::Gate => &[],
            other => &[other.name()],
        };
        if let Some(missing) = ids.iter().find(|id| !health.contains_key(*id)) {
            return Err(format!("{missing} is missing").into());
        }
    }
    match topology.nodes.iter().find(|node| node.health != "up") {
        Some(node) => {
            Err(format!("{} is {}: {}", node.id, node.health, node.note.as_deref().unwrap_or("?")).into())
        }
        None => Ok(format!("{} nodes, {} edges", topology.nodes.len(), topology.edges.len())),
    }
}

/// The rate of one edge equals the rate in Prometheus at the time of the snapshot.
pub(super) async fn rate(clients: &Clients) -> Result<String, Failure> {
    let topology = topology(clients).await?;
    let (from, to) = EDGE;
    let edge = topology.edges.iter().find(|edge| (edge.from.as_str(), edge.to.as_str()) == EDGE);
    let shown = edge.and_then(|edge| edge.rate).ok_or_else(|| format!("no rate from {from} to {to}"))?;
    let stored = clients.prometheus.instant(RATE, Some(topology.at / 1000.0)).await;
    let stored: f64 = stored?.iter().filter_map(Series::last).sum();
    let rates = format!("{from} to {to}: {shown:.1} per second; Prometheus: {stored:.1}");
    if shown > 0.0 && (shown - stored).abs() <= TOLERANCE * stored { Ok(rates) } else { Err(rates.into()) }
}

/// The first topology in a new stream of events.
async fn topology(clients: &Clients) -> Result<Topology, Failure> {
    let mut stream = get(clients, "/api/events").send().await?;
    let mut text = Vec::new();
    while let Some(chunk) = stream.chunk().await? {
        text.extend_from_slice(&chunk);
        if let Some(data) = event(&String::from_utf8_lossy(&text), "map") {
            return serde_json::from_str(&data).map_err(|error| format!("the event map: {error}").into());
        }
    }
    Err("the stream of events ended without a topology".into())
}

/// The data of the first complete event with this name.
fn event(text: &str, name: &str) -> Option<String> {
    let (complete, _) = text.rsplit_once("\n\n")?;
    complete.split("\n\n").find_map(|event| {
        let field = |key| event.lines().filter_map(move |line| line.strip_prefix(key)).map(str::trim_start);
        (field("event:").next() == Some(name)).then(|| field("data:").collect::<Vec<_>>().join("\n"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topology(nodes: &[(&str, &str)]) -> Topology {
        let nodes: Vec<_> = nodes
            .iter()
            .map(|(id, health)| serde_json::json!({"id": id, "health": health, "note": "a note"}))
            .collect();
        serde_json::from_value(serde_json::json!({"at": 1, "edges": [], "nodes": nodes})).unwrap()
    }

    #[test]
    fn incomplete_events_are_ignored() {
        let text = ": hello\n\nevent: mails\ndata: []\n\nevent: map\ndata: {\"at\":\ndata: 1}\n";
        assert_eq!(event(text, "map"), None);
        assert_eq!(event(&format!("{text}\n"), "map").unwrap(), "{\"at\":\n1}");
        assert_eq!(event(text, "mails").unwrap(), "[]");
    }

    #[test]
    fn a_service_that_is_missing_or_not_up_is_reported() {
        let evaluated =
            |nodes: &[(&str, &str)], service| evaluate_nodes(&topology(nodes), [service].into_iter());
        assert_eq!(evaluated(&[("jaeger", "up")], Service::Jaeger).unwrap(), "1 nodes, 0 edges");
        assert_eq!(
            evaluated(&[("maildev", "up")], Service::Jaeger).unwrap_err().to_string(),
            "jaeger is missing"
        );
        let down = [("jaeger", "up"), ("maildev", "down")];
        assert_eq!(evaluated(&down, Service::Jaeger).unwrap_err().to_string(), "maildev is down: a note");
        assert_eq!(
            evaluated(&[("envoy-edge", "up")], Service::Envoy).unwrap_err().to_string(),
            "envoy-grpc is missing"
        );
    }
}
