//! Asks the data source what Grafana would ask it for a rule.

use super::condition::{Condition, RuleQuery, Standing};
use dashboards::{queries::influxql, time::Window};

use crate::{
    Parts,
    clock::unix_now,
    fetch::FetchError,
    influxdb::Rows,
    prometheus::{Range, Series},
};

/// Why a rule cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The data source.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Its answer.
    #[error("{0}")]
    Answer(String),
}

/// How the rule stands now.
pub async fn evaluate(parts: &Parts, condition: &Condition) -> Result<Standing, EvaluateError> {
    let now = unix_now();
    let (start, end) = (now - condition.from.as_secs_f64(), now - condition.to.as_secs_f64());
    let values = |series: Vec<Series>| -> Vec<Vec<f64>> {
        series.into_iter().map(|one| one.points.into_iter().map(|point| point.1).collect()).collect()
    };
    let series = match &condition.query {
        RuleQuery::Instant(expr) => values(parts.prometheus.instant(expr, Some(end)).await?),
        RuleQuery::Range(expr) => {
            let range = Range { start, end, step: condition.step.as_secs_f64() };
            values(parts.prometheus.range(expr, range).await?)
        }
        RuleQuery::InfluxQl(query) => {
            let window = Window { from_ms: (start * 1000.0) as i64, to_ms: (end * 1000.0) as i64 };
            let query = influxql::between(query, window);
            let rows = parts.influxdb.query(&query).await?;
            let points = rows.iter().flat_map(Rows::series);
            points.map(|points| points.into_iter().map(|point| point.1).collect()).collect()
        }
    };
    condition.judge(&series).map_err(EvaluateError::Answer)
}
