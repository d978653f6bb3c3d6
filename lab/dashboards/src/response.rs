//! Responses of the data sources, independent of the clients.

use std::collections::BTreeMap;

use crate::{model::Target, queries::Query};

/// Labels or tags, sorted by name.
pub type Labels = BTreeMap<String, String>;

/// A response with its target and query.
#[derive(Clone, Copy, Debug)]
pub struct QueryResponse<'a> {
    /// The panel's target.
    pub target: &'a Target,
    /// The query sent for the target.
    pub query: &'a Query,
    /// The response to the query.
    pub response: &'a Response,
}

/// The response of a data source to one query.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Prometheus: a matrix, a vector, or a scalar as one series without labels.
    Prometheus(Vec<Series>),
    /// `InfluxDB`.
    InfluxQl(Vec<Rows>),
    /// Jaeger: the traces found by a search.
    Traces(Vec<Trace>),
}

/// A Prometheus series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Labels, including `__name__`.
    pub labels: Labels,
    /// Pairs of Unix seconds and value, oldest first.
    pub points: Vec<(f64, f64)>,
}

/// The rows of one measurement and tag set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The measurement.
    pub name: String,
    /// The tags of the `GROUP BY` clause.
    pub tags: Labels,
    /// Column names. The column `time` holds Unix milliseconds.
    pub columns: Vec<String>,
    /// Rows of one cell per column.
    pub values: Vec<Vec<serde_json::Value>>,
}

/// A trace found by a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Trace id.
    pub id: String,
    /// Root span, as `service: operation`.
    pub name: String,
    /// Start of the root span, in Unix microseconds.
    pub start_us: i64,
    /// Duration, in microseconds.
    pub duration_us: i64,
}
