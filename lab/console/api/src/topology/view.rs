//! The topology as the pages get it.

use serde::Serialize;

/// A snapshot of the lab.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Topology {
    /// Time of the measurement, in Unix milliseconds.
    pub(crate) at: i64,
    pub(super) nodes: Vec<NodeView>,
    pub(super) edges: Vec<EdgeView>,
}

/// A service of the lab.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "TopologyNode"))]
pub(super) struct NodeView {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: NodeKind,
    pub(super) tutorial: &'static str,
    pub(super) column: u8,
    pub(super) row: u8,
    pub(super) health: Health,
    /// Why it is not up; for a service that is up, what it does.
    pub(super) note: String,
    pub(super) links: Vec<NodeLink>,
    /// The uid of the dashboard that shows it.
    pub(super) dashboard: Option<&'static str>,
}

/// The role of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(super) enum NodeKind {
    Client,
    Proxy,
    Service,
    Store,
    Watcher,
    Inbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(super) enum Health {
    Up,
    Down,
    Unknown,
}

/// A page of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(super) struct NodeLink {
    pub(super) title: &'static str,
    pub(super) url: String,
}

/// A flow from one service to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "TopologyEdge"))]
pub(super) struct EdgeView {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) kind: EdgeKind,
    /// What flows, in one or two words.
    pub(super) what: &'static str,
    /// In `unit`; null if it is not measured or cannot be measured now.
    pub(super) rate: Option<f64>,
    pub(super) unit: &'static str,
    /// Share of failures, 0 to 1; null while nothing flows.
    pub(super) errors: Option<f64>,
    /// Seconds.
    pub(super) p95: Option<f64>,
    /// A sentence that describes the flow.
    pub(super) title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(super) enum EdgeKind {
    Request,
    Push,
    Scrape,
    Query,
    Mail,
    Span,
}
