//! Asks the data sources what Grafana would ask them for a panel.

use std::time::Duration;

use dashboards::{
    Unknown,
    answer::{self, Answer, Series},
    duration,
    interpolate::{in_influxql, in_promql, replace},
    model::{Dashboard, Panel, TimeRange, Variable},
    queries::Query,
    time::{self, Window},
    variables::{self, Bound, Source},
};

use crate::{
    Parts,
    clock::unix_now,
    fetch::FetchError,
    influxdb::Rows,
    jaeger,
    prometheus::{self, Range},
};

/// The scrape interval that Grafana's data source has: the lab's targets all have the same.
pub async fn scrape_interval(parts: &Parts) -> Result<Duration, String> {
    let targets = parts.prometheus.targets().await.map_err(|error| error.to_string())?;
    let intervals = targets.iter().map(|target| duration::parse(&target.scrape_interval));
    let intervals = intervals.collect::<Result<Vec<_>, _>>().map_err(|unknown| unknown.to_string())?;
    intervals.into_iter().max().ok_or_else(|| "Prometheus has no target".into())
}

/// A dashboard's time range as it is now.
pub fn window(time: &TimeRange) -> Result<Window, String> {
    time::resolve(time, (unix_now() * 1000.0) as i64).map_err(|unknown| unknown.to_string())
}

/// Resolves the variables in order; each may use those before it.
pub async fn variables(parts: &Parts, dashboard: &Dashboard, window: Window) -> Result<Vec<Bound>, String> {
    let mut bound: Vec<Bound> = Vec::new();
    for variable in &dashboard.templating.list {
        let source = source(variable, &bound).map_err(|unknown| format!("not understood: {unknown}"))?;
        let options = options(parts, source, window).await.map_err(|error| error.to_string())?;
        if options.is_empty() {
            return Err(format!("${} has no value", variable.name));
        }
        bound.push(variables::bind(variable, options));
    }
    Ok(bound)
}

/// Where a variable's options come from, with the variables before it written in.
pub fn source(variable: &Variable, before: &[Bound]) -> Result<Source, Unknown> {
    let in_influxdb = variable.datasource.as_ref().is_some_and(|source| source.kind == "influxdb");
    let write = if in_influxdb { in_influxql } else { in_promql };
    variables::source(variable, |text| replace(text, |name, format| write(before, name, format)))
}

/// A variable's options, of the series in this time.
pub async fn options(parts: &Parts, source: Source, window: Window) -> Result<Vec<String>, FetchError> {
    match source {
        Source::Fixed(options) => Ok(options),
        Source::LabelValues { label, selector } => {
            let range = seconds(window, Duration::from_secs(1));
            parts.prometheus.label_values(&label, selector.as_deref(), range).await
        }
        Source::InfluxQl(query) => parts.influxdb.list(&query).await,
    }
}

/// A series that a panel draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Oldest first; may have NaN.
    pub values: Vec<f64>,
    /// Seconds from its newest value to the end of the range.
    pub age: f64,
}

/// Sends a query, and gives the series of the answer. A search for traces gives their number, if there are any.
pub async fn send(parts: &Parts, query: &Query) -> Result<Vec<Drawn>, String> {
    let (end, answer) = match query {
        Query::Instant { expr, time_ms } => {
            let time = *time_ms as f64 / 1000.0;
            (time, parts.prometheus.instant(expr, Some(time)).await)
        }
        Query::Range { expr, window, step } => {
            let range = seconds(*window, *step);
            (range.end, parts.prometheus.range(expr, range).await)
        }
        Query::InfluxQl { query, window, width } => {
            let Range { start: from, end: to, .. } = seconds(*window, *width);
            let answer = parts.influxdb.query(query).await.map_err(|error| error.to_string())?;
            let series = answer.iter().flat_map(Rows::series);
            // What is not grouped by time has the range's beginning for its time, or none.
            let is_of_all = |points: &[(f64, f64)]| {
                width.is_zero() && points.last().is_some_and(|newest| newest.0 <= from)
            };
            return Ok(series
                .map(|points| {
                    let end = if is_of_all(&points) { points[0].0 } else { to - width.as_secs_f64() };
                    drawn(&points, end)
                })
                .collect());
        }
        Query::Traces { parameters } => {
            let parameters: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let found = parts.jaeger.search(&parameters).await.map_err(|error| error.to_string())?;
            return Ok(if found > 0 {
                vec![Drawn { values: vec![found as f64], age: 0.0 }]
            } else {
                Vec::new()
            });
        }
    };
    Ok(answer.map_err(|error| error.to_string())?.iter().map(|series| drawn(&series.points, end)).collect())
}

/// Sends a query, and gives the answer as it came.
pub async fn answer(parts: &Parts, query: &Query) -> Result<Answer, FetchError> {
    let of_prometheus = |series: Vec<prometheus::Series>| {
        let series = series.into_iter();
        Answer::Prometheus(series.map(|one| Series { labels: one.labels, points: one.points }).collect())
    };
    Ok(match query {
        Query::Instant { expr, time_ms } => {
            of_prometheus(parts.prometheus.instant(expr, Some(*time_ms as f64 / 1000.0)).await?)
        }
        Query::Range { expr, window, step } => {
            of_prometheus(parts.prometheus.range(expr, seconds(*window, *step)).await?)
        }
        Query::InfluxQl { query, .. } => {
            let rows = parts.influxdb.query(query).await?.into_iter();
            let rows =
                rows.map(|Rows { name, tags, columns, values }| answer::Rows { name, tags, columns, values });
            Answer::InfluxQl(rows.collect())
        }
        Query::Traces { parameters } => {
            let parameters: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let traces = parts.jaeger.traces(&parameters).await?;
            Answer::Traces(traces.iter().filter_map(found).collect())
        }
    })
}

/// A trace by its first span.
fn found(trace: &jaeger::Trace) -> Option<answer::Trace> {
    let first = trace.spans.iter().min_by_key(|span| span.start_us)?;
    Some(answer::Trace {
        id: trace.id.clone(),
        name: format!("{}: {}", first.service, first.name),
        start_us: i64::try_from(first.start_us).ok()?,
        duration_us: i64::try_from(first.duration_us).ok()?,
    })
}

fn drawn(points: &[(f64, f64)], end: f64) -> Drawn {
    let newest = points.last().map_or(0.0, |point| point.0);
    Drawn { values: points.iter().map(|point| point.1).collect(), age: end - newest }
}

fn seconds(window: Window, step: Duration) -> Range {
    let seconds = |millis: i64| millis as f64 / 1000.0;
    Range { start: seconds(window.from_ms), end: seconds(window.to_ms), step: step.as_secs_f64() }
}

/// The variables for each copy of the panel.
pub fn copies(panel: &Panel, bound: &[Bound]) -> Vec<Vec<Bound>> {
    let by = panel.repeat.as_deref().and_then(|name| bound.iter().position(|variable| variable.name == name));
    let Some(by) = by else { return vec![bound.to_vec()] };
    let each = bound[by].value.each();
    each.into_iter()
        .map(|value| {
            let mut copy = bound.to_vec();
            copy[by].value = value;
            copy
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashboards::variables::Value;

    #[test]
    fn a_repeated_panel_is_asked_once_a_value() {
        let bound = [
            Bound { name: "job".into(), value: Value::One("a".into()) },
            Bound { name: "method".into(), value: Value::Many(vec!["x".into(), "y".into()]) },
        ];
        let panel = Panel { repeat: Some("method".into()), ..Panel::default() };
        let each = copies(&panel, &bound);
        assert_eq!(each.len(), 2);
        assert_eq!(each[1][1].value, Value::Many(vec!["y".into()]));
        assert_eq!(copies(&Panel::default(), &bound), [bound.to_vec()]);
    }
}
