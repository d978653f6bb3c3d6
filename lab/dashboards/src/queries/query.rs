//! A query as Grafana sends it, and its inputs.

use std::time::Duration;

use crate::{time::Window, variables::Bound};

/// A complete query, without variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// A `PromQL` instant query.
    Instant {
        /// The query text.
        expr: String,
        /// Evaluation time, in Unix milliseconds.
        time_ms: i64,
    },
    /// A `PromQL` range query.
    Range {
        /// The query text.
        expr: String,
        /// First and last point. Both are multiples of the step.
        window: Window,
        /// Distance between two points.
        step: Duration,
    },
    /// An `InfluxQL` query.
    InfluxQl {
        /// The query text.
        query: String,
        /// The range of the time filter.
        window: Window,
        /// Width of the `GROUP BY time` buckets. 0 if the query does not group by time.
        width: Duration,
    },
    /// A trace search, as parameters of Jaeger's query API.
    Traces {
        /// `service`, `operation`, `tags`, `limit`, and `start` and `end` in Unix microseconds.
        parameters: Vec<(&'static str, String)>,
    },
}

impl Query {
    /// The query text for display.
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

/// The inputs of a panel's queries.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The dashboard's time range.
    pub window: Window,
    /// Panel width in pixels: the maximum number of points for panels without `maxDataPoints`. Defaults to the panel's width in a
    /// browser window of 1440 pixels.
    pub max_data_points: Option<u32>,
    /// The dashboard's variables.
    pub variables: &'a [Bound],
    /// Scrape interval of the data source (`timeInterval`).
    pub scrape: Duration,
}
