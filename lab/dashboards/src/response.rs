//! What the data sources answer, without their clients.

use std::collections::BTreeMap;

use crate::{model::Target, queries::Query};

/// Sorted labels or tags.
pub type Labels = BTreeMap<String, String>;

/// An answer with the query that it is to.
#[derive(Clone, Copy, Debug)]
pub struct QueryResponse<'a> {
    /// The panel's target.
    pub target: &'a Target,
    /// What was sent for it.
    pub query: &'a Query,
    /// What came.
    pub response: &'a Response,
}

/// What a data source answers to one query.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Of Prometheus: a matrix, a vector, or a scalar as one series without labels.
    Prometheus(Vec<Series>),
    /// Of `InfluxDB`.
    InfluxQl(Vec<Rows>),
    /// Of Jaeger.
    Traces(Vec<Trace>),
}

/// A series of Prometheus.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// `__name__` among them.
    pub labels: Labels,
    /// Unix seconds and value, oldest first.
    pub points: Vec<(f64, f64)>,
}

/// The rows of one measurement and one set of tags.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The measurement.
    pub name: String,
    /// What it was grouped by.
    pub tags: Labels,
    /// Names; `time` (Unix milliseconds) among them.
    pub columns: Vec<String>,
    /// One cell a column.
    pub values: Vec<Vec<serde_json::Value>>,
}

/// A trace that a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Its id.
    pub id: String,
    /// Its first span as `service: operation`.
    pub name: String,
    /// When that span began, in Unix microseconds.
    pub start_us: i64,
    /// How long it took, in microseconds.
    pub duration_us: i64,
}
