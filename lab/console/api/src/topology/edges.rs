//! The edges of the topology: what flows between the services, and how it is measured.

mod requests;
mod telemetry;

use catalog::Selection;

use super::model::{Edge, Node};

/// The edges between these nodes, requests first and in their order of flow.
pub(super) fn between(nodes: &[&Node], selection: Selection) -> Vec<Edge> {
    let exists = |id: &str| nodes.iter().any(|node| node.id == id);
    let mut edges = requests::edges(selection);
    edges.extend(telemetry::edges(selection));
    edges.retain(|edge| exists(edge.from) && exists(edge.to));
    edges
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::model::Figures;
    use super::super::nodes::{NODES, started};
    use super::*;
    use crate::config::Links;

    const ALL: [Selection; 6] = [
        Selection::All,
        Selection::Echo,
        Selection::Sink,
        Selection::Order,
        Selection::Balancer,
        Selection::Influx,
    ];

    #[test]
    fn every_node_has_an_edge_and_no_two_edges_connect_the_same_nodes() {
        let all: Vec<&Node> = NODES.iter().collect();
        let edges = between(&all, Selection::All);
        let ends: BTreeSet<&str> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        for node in NODES {
            assert!(ends.contains(node.id), "{} has no edge", node.id);
        }
        let pairs: BTreeSet<_> = edges.iter().map(|edge| (edge.from, edge.to)).collect();
        assert_eq!(pairs.len(), edges.len());
    }

    #[test]
    fn queries_use_only_metrics_of_started_tutorials() {
        for selection in ALL {
            for edge in between(&started(selection, &Links::default()), selection) {
                let Figures::Prometheus { rate, failed, p95 } = edge.figures else { continue };
                for expr in [Some(rate), failed, p95].into_iter().flatten() {
                    assert!(!selection.excludes(&expr), "{selection:?}: {expr}");
                }
            }
        }
    }
}
