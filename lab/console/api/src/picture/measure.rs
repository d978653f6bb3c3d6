//! One look: all of Prometheus' figures with one query, and beside it what Prometheus cannot tell.

use std::collections::HashMap;
use std::time::Duration;

use clients::Clients;
use clients::fetch::FetchError;
use clients::prometheus::Series;
use clients::time::unix_now;
use tokio::time::timeout;

use super::flow::{self, Figures, Flow};
use super::health::{self, Seen};
use super::map::{EdgeView, Map, NodeView};
use super::node::{self, Node};
use super::promql::together;
use super::pushes::{self, Pushes};
use crate::config::Config;

/// How long any part may take to answer; the picture moves each second.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);

/// Figures by the name of their cell.
type Cells = HashMap<String, f64>;

/// What is looked at, and how: made once.
#[derive(Debug)]
pub(super) struct Plan {
    nodes: Vec<(&'static Node, NodeView)>,
    flows: Vec<Flow>,
    /// All expressions together.
    query: String,
}

impl Plan {
    pub(super) fn of(config: &Config) -> Self {
        let chosen = config.settings.tutorial;
        let nodes = node::started(chosen, &config.links);
        let flows = flow::between(&nodes, chosen);
        let cells = flows.iter().flat_map(cells).chain(health::cells(&nodes));
        let query =
            together(cells.collect::<Vec<_>>().iter().map(|(name, expr)| (name.clone(), expr.as_str())));
        let views = nodes.into_iter().map(|node| (node, node.view(config)));
        Self { nodes: views.collect(), flows, query }
    }

    /// Never fails: what does not answer is told of.
    pub(super) async fn measure(&self, parts: &Clients) -> Map {
        let nodes = || self.nodes.iter().map(|(node, _)| *node);
        let (cells, targets, mut pages, pushes) = tokio::join!(
            within("Prometheus", parts.prometheus.instant(&self.query, None)),
            within("Prometheus", parts.prometheus.targets()),
            health::ask(nodes().filter_map(health::always), parts),
            self.pushes(parts),
        );
        let cells: Cells = cells.unwrap_or_default().into_iter().filter_map(cell).collect();
        let seen = Seen { targets: targets.as_deref(), cells: &cells, pages: &pages };
        let instead: Vec<_> = nodes().filter_map(|node| seen.instead(node)).collect();
        pages.extend(health::ask(instead.into_iter(), parts).await);
        let seen = Seen { targets: targets.as_deref(), cells: &cells, pages: &pages };
        let edges = self.flows.iter().map(|flow| view(flow, &cells, pushes.as_ref()));
        Map { at: (unix_now() * 1000.0) as i64, nodes: self.judged(&seen), edges: edges.collect() }
    }

    fn judged(&self, seen: &Seen<'_>) -> Vec<NodeView> {
        let judged = self.nodes.iter().map(|(node, view)| {
            let (health, why) = seen.health(node);
            NodeView { health, note: why.unwrap_or_else(|| node.what.to_owned()), ..view.clone() }
        });
        judged.collect()
    }

    async fn pushes(&self, parts: &Clients) -> Option<Pushes> {
        let wanted = self.flows.iter().any(|flow| matches!(flow.figures, Figures::Pushed { .. }));
        if !wanted {
            return None;
        }
        within("InfluxDB", pushes::of(&parts.influxdb)).await.ok()
    }
}

/// The answer, or why there is none.
pub(super) async fn within<T>(
    whom: &str,
    asked: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, String> {
    match timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("{whom} gave no answer in {PATIENCE:?}")),
    }
}

fn name(flow: &Flow, figure: &str) -> String {
    format!("{}>{} {figure}", flow.from, flow.to)
}

fn cells(flow: &Flow) -> Vec<(String, String)> {
    let Figures::Prometheus { rate, failed, p95 } = &flow.figures else { return Vec::new() };
    let figures = [("rate", Some(rate)), ("failed", failed.as_ref()), ("p95", p95.as_ref())];
    figures.into_iter().filter_map(|(figure, expr)| Some((name(flow, figure), expr?.clone()))).collect()
}

fn cell(mut series: Series) -> Option<(String, f64)> {
    let value = series.last().filter(|value| value.is_finite())?;
    Some((series.labels.remove("cell")?, value))
}

fn view(flow: &Flow, cells: &Cells, pushes: Option<&Pushes>) -> EdgeView {
    let (rate, errors, p95) = match &flow.figures {
        Figures::Prometheus { failed, .. } => {
            let of = |figure| cells.get(&name(flow, figure)).copied();
            let rate = of("rate");
            let share = |rate: f64| Some((of("failed").unwrap_or(0.0) / rate).clamp(0.0, 1.0));
            let errors = rate.filter(|rate| failed.is_some() && *rate > 0.0).and_then(share);
            (rate, errors, of("p95"))
        }
        Figures::Pushed { host } => match pushes {
            Some(pushes) => (Some(pushes.rate(host)), None, pushes.p95(host)),
            None => (None, None, None),
        },
        Figures::None => (None, None, None),
    };
    let Flow { from, to, kind, what, unit, .. } = *flow;
    EdgeView { from, to, kind, what, rate, unit, errors, p95, title: flow.title.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::map::EdgeKind;

    fn edge(cells: &[(&str, f64)]) -> EdgeView {
        let figures =
            Figures::Prometheus { rate: "r".into(), failed: Some("f".into()), p95: Some("p".into()) };
        let flow = Flow {
            from: "a",
            to: "b",
            kind: EdgeKind::Request,
            what: "requests",
            title: "A calls b.".into(),
            unit: "req/s",
            figures,
        };
        let cells = cells.iter().map(|(name, value)| (format!("a>b {name}"), *value)).collect();
        view(&flow, &cells, None)
    }

    #[test]
    fn an_edge_has_the_share_of_what_failed() {
        let edge = edge(&[("rate", 20.0), ("failed", 5.0), ("p95", 0.25)]);
        assert_eq!((edge.rate, edge.errors, edge.p95), (Some(20.0), Some(0.25), Some(0.25)));
    }

    #[test]
    fn where_nothing_flows_there_is_no_share_and_without_an_answer_nothing() {
        let still = edge(&[("rate", 0.0), ("failed", 0.0)]);
        assert_eq!((still.rate, still.errors, still.p95), (Some(0.0), None, None));
        let unknown = edge(&[]);
        assert_eq!((unknown.rate, unknown.errors, unknown.p95), (None, None, None));
    }

    #[test]
    fn failures_that_are_counted_later_than_their_requests_are_no_more_than_all() {
        assert_eq!(edge(&[("rate", 1.0), ("failed", 3.0)]).errors, Some(1.0));
    }
}
