//! The map as browsers get it.

use serde::Serialize;

/// One look at the lab.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Map {
    /// When it was taken, in Unix milliseconds.
    pub(crate) at: i64,
    pub(crate) nodes: Vec<NodeView>,
    pub(crate) edges: Vec<EdgeView>,
}

/// A part of the lab.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct NodeView {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) kind: NodeKind,
    pub(crate) tutorial: &'static str,
    pub(crate) column: u8,
    pub(crate) row: u8,
    pub(crate) health: State,
    /// Why it is not up; else what it is.
    pub(crate) note: String,
    pub(crate) links: Vec<LinkView>,
    pub(crate) dashboard: Option<&'static str>,
}

/// What a part is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NodeKind {
    Client,
    Proxy,
    Service,
    Store,
    Watcher,
    Inbox,
}

/// Whether a part answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Up,
    Down,
    Unknown,
}

/// A page of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LinkView {
    pub(crate) title: &'static str,
    pub(crate) url: String,
}

/// What flows from one part to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct EdgeView {
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) kind: EdgeKind,
    pub(crate) what: &'static str,
    /// In `unit`; none where it is not measured, or cannot be now.
    pub(crate) rate: Option<f64>,
    pub(crate) unit: &'static str,
    /// Share of what failed, 0 to 1; none where nothing flows.
    pub(crate) errors: Option<f64>,
    /// Seconds.
    pub(crate) p95: Option<f64>,
    pub(crate) title: String,
}

/// How it flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EdgeKind {
    Request,
    Push,
    Scrape,
    Query,
    Mail,
    Span,
}
