//! A query as Grafana sends it, and its inputs.

use std::time::Duration;

use crate::{time::Window, variables::Bound};

/// What a query goes to and asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// `PromQL` at the range's end.
    Instant {
        /// Complete, without variables.
        expr: String,
        /// When, in Unix milliseconds.
        time_ms: i64,
    },
    /// `PromQL` over the range.
    Range {
        /// Complete, without variables.
        expr: String,
        /// First and last point: multiples of the step.
        window: Window,
        /// Between two points.
        step: Duration,
    },
    /// `InfluxQL` over the range.
    InfluxQl {
        /// Complete, without variables.
        query: String,
        /// What its time filter says.
        window: Window,
        /// The width of the buckets that it groups by; 0 if it groups by no time.
        width: Duration,
    },
    /// A search for traces, in the parameters of Jaeger's query API.
    Traces {
        /// `service`, `operation`, `tags`, `limit`, `start` and `end` in Unix microseconds.
        parameters: Vec<(&'static str, String)>,
    },
}

impl Query {
    /// What is asked, for a person to read.
    pub fn text(&self) -> String {
        match self {
            Self::Instant { expr, .. } | Self::Range { expr, .. } => expr.clone(),
            Self::InfluxQl { query, .. } => query.clone(),
            Self::Traces { parameters } => format!("traces {parameters:?}"),
        }
    }

    /// The distance between two points of the result, in milliseconds. 0 if the query has no steps.
    pub(crate) fn step_ms(&self) -> i64 {
        let step = match self {
            Self::Range { step, .. } => step.as_millis(),
            Self::InfluxQl { width, .. } => width.as_millis(),
            Self::Instant { .. } | Self::Traces { .. } => 0,
        };
        i64::try_from(step).unwrap_or(i64::MAX)
    }
}

/// What is around a panel's queries.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The dashboard's time range.
    pub window: Window,
    /// Points that a panel without a number of its own asks for: its width in pixels. As wide as it is in a window of
    /// 1440 pixels if absent.
    pub max_data_points: Option<u32>,
    /// The dashboard's variables with their values.
    pub variables: &'a [Bound],
    /// The data source's scrape interval (its `timeInterval`).
    pub scrape: Duration,
}
