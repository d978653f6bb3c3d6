//! Measures the topology: one Prometheus query for all of its figures, and requests for what Prometheus does not have.

use std::collections::HashMap;

use clients::Clients;
use clients::prometheus::Series;
use clients::time::unix_now;

use super::edges;
use super::health::{self, Observations, fetch_pages, within_timeout};
use super::model::{Edge, Figures, Node};
use super::nodes;
use super::promql::union;
use super::pushes::{self, Pushes};
use super::view::{EdgeView, NodeView, Topology};
use crate::config::Config;

/// Figures by cell name.
type Cells = HashMap<String, f64>;

/// What to measure; computed once from the configuration.
#[derive(Debug)]
pub(super) struct Plan {
    nodes: Vec<(&'static Node, NodeView)>,
    edges: Vec<Edge>,
    /// The union of all `PromQL` expressions.
    query: String,
}

impl Plan {
    pub(super) fn new(config: &Config) -> Self {
        let selection = config.settings.tutorial;
        let nodes = nodes::started(selection, &config.links);
        let edges = edges::between(&nodes, selection);
        let query = union(edges.iter().flat_map(cells).chain(health::cells(&nodes)));
        let views = nodes.into_iter().map(|node| (node, node.view(config)));
        Self { nodes: views.collect(), edges, query }
    }

    /// Never fails: unavailable services are part of the result.
    pub(super) async fn measure(&self, clients: &Clients) -> Topology {
        let nodes = || self.nodes.iter().map(|(node, _)| *node);
        let (cells, targets, mut pages, pushes) = tokio::join!(
            within_timeout("Prometheus", clients.prometheus.instant(&self.query, None)),
            within_timeout("Prometheus", clients.prometheus.targets()),
            fetch_pages(nodes().filter_map(health::primary_page), clients),
            self.pushes(clients),
        );
        let cells: Cells = cells.unwrap_or_default().into_iter().filter_map(cell).collect();
        let observations = Observations { targets: targets.as_deref(), cells: &cells, pages: &pages };
        let fallbacks: Vec<_> = nodes().filter_map(|node| observations.fallback_page(node)).collect();
        pages.extend(fetch_pages(fallbacks.into_iter(), clients).await);
        let observations = Observations { targets: targets.as_deref(), cells: &cells, pages: &pages };
        let nodes = self.nodes.iter().map(|(node, view)| {
            let (health, reason) = observations.health(node);
            NodeView { health, note: reason.unwrap_or_else(|| view.note.clone()), ..view.clone() }
        });
        let edges = self.edges.iter().map(|edge| view(edge, &cells, pushes.as_ref()));
        Topology { at: (unix_now() * 1000.0) as i64, nodes: nodes.collect(), edges: edges.collect() }
    }

    async fn pushes(&self, clients: &Clients) -> Option<Pushes> {
        if !self.edges.iter().any(|edge| matches!(edge.figures, Figures::Pushed { .. })) {
            return None;
        }
        within_timeout("InfluxDB", pushes::query(&clients.influxdb)).await.ok()
    }
}

fn cell_name(edge: &Edge, figure: &str) -> String {
    format!("{}>{} {figure}", edge.from, edge.to)
}

/// The cells of an edge: name and `PromQL` expression.
fn cells(edge: &Edge) -> Vec<(String, String)> {
    let Figures::Prometheus { rate, failed, p95 } = &edge.figures else { return Vec::new() };
    let figures = [("rate", Some(rate)), ("failed", failed.as_ref()), ("p95", p95.as_ref())];
    let cell = |(figure, expr): (&str, Option<&String>)| Some((cell_name(edge, figure), expr?.clone()));
    figures.into_iter().filter_map(cell).collect()
}

fn cell(mut series: Series) -> Option<(String, f64)> {
    let value = series.last().filter(|value| value.is_finite())?;
    Some((series.labels.remove("cell")?, value))
}

fn view(edge: &Edge, cells: &Cells, pushes: Option<&Pushes>) -> EdgeView {
    let (rate, errors, p95) = match &edge.figures {
        Figures::Prometheus { failed, .. } => {
            let value = |figure| cells.get(&cell_name(edge, figure)).copied();
            let rate = value("rate");
            let share = |rate: f64| (value("failed").unwrap_or(0.0) / rate).clamp(0.0, 1.0);
            let errors = rate.filter(|rate| failed.is_some() && *rate > 0.0).map(share);
            (rate, errors, value("p95"))
        }
        Figures::Pushed { host } => match pushes {
            Some(pushes) => (Some(pushes.rate(host)), None, pushes.p95(host)),
            None => (None, None, None),
        },
        Figures::None => (None, None, None),
    };
    let Edge { from, to, kind, what, unit, .. } = *edge;
    EdgeView { from, to, kind, what, rate, unit, errors, p95, title: edge.title.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::view::EdgeKind;

    fn edge(cells: &[(&str, f64)]) -> EdgeView {
        let figures =
            Figures::Prometheus { rate: "r".into(), failed: Some("f".into()), p95: Some("p".into()) };
        let edge = Edge {
            from: "a",
            to: "b",
            kind: EdgeKind::Request,
            what: "requests",
            title: "A calls b.".into(),
            unit: "req/s",
            figures,
        };
        let cells = cells.iter().map(|(name, value)| (format!("a>b {name}"), *value)).collect();
        view(&edge, &cells, None)
    }

    #[test]
    fn an_edge_has_the_share_of_failures() {
        let edge = edge(&[("rate", 20.0), ("failed", 5.0), ("p95", 0.25)]);
        assert_eq!((edge.rate, edge.errors, edge.p95), (Some(20.0), Some(0.25), Some(0.25)));
    }

    #[test]
    fn without_a_rate_an_edge_has_no_share_and_without_cells_no_figures() {
        let idle = edge(&[("rate", 0.0), ("failed", 0.0)]);
        assert_eq!((idle.rate, idle.errors, idle.p95), (Some(0.0), None, None));
        let unknown = edge(&[]);
        assert_eq!((unknown.rate, unknown.errors, unknown.p95), (None, None, None));
    }

    #[test]
    fn the_share_of_failures_is_at_most_one() {
        assert_eq!(edge(&[("rate", 1.0), ("failed", 3.0)]).errors, Some(1.0));
    }
}
