//! What flows between the parts, what it means, and how it is measured.

mod requests;
mod watching;

use catalog::Selection;

use super::map::EdgeKind;
use super::node::Node;

/// An edge of the map.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) kind: EdgeKind,
    /// A word or two.
    pub(super) what: &'static str,
    /// A whole sentence, without figures.
    pub(super) title: String,
    pub(super) unit: &'static str,
    pub(super) figures: Figures,
}

/// Where its figures come from.
#[derive(Debug)]
pub(super) enum Figures {
    /// Expressions of Prometheus; `failed` is what part of `rate` failed, `p95` seconds.
    Prometheus { rate: String, failed: Option<String>, p95: Option<String> },
    /// What this host pushed to `InfluxDB`.
    Pushed { host: &'static str },
    /// Nobody counts it.
    None,
}

/// The edges between these parts, requests first and in the order in which they flow.
pub(super) fn between(nodes: &[&Node], chosen: Selection) -> Vec<Flow> {
    let there = |id: &str| nodes.iter().any(|node| node.id == id);
    let mut flows = requests::flows(chosen);
    flows.extend(watching::flows(chosen));
    flows.retain(|flow| there(flow.from) && there(flow.to));
    flows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::node::{NODES, started};
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
    fn every_part_has_an_edge_and_no_two_edges_join_the_same_parts() {
        let all: Vec<&Node> = NODES.iter().collect();
        let flows = between(&all, Selection::All);
        let ends: BTreeSet<&str> = flows.iter().flat_map(|flow| [flow.from, flow.to]).collect();
        for node in NODES {
            assert!(ends.contains(node.id), "{} stands alone", node.id);
        }
        let pairs: BTreeSet<_> = flows.iter().map(|flow| (flow.from, flow.to)).collect();
        assert_eq!(pairs.len(), flows.len());
    }

    #[test]
    fn nothing_is_asked_that_only_a_tutorial_brings_which_was_not_started() {
        for chosen in ALL {
            for flow in between(&started(chosen, &Links::default()), chosen) {
                let Figures::Prometheus { rate, failed, p95 } = flow.figures else { continue };
                for expr in [Some(rate), failed, p95].into_iter().flatten() {
                    assert!(!chosen.excludes(&expr), "{chosen:?}: {expr}");
                }
            }
        }
    }
}
