//! Sends the queries of a dashboard's panels and variables to the data sources, as Grafana would.

use std::time::Duration;

use catalog::Selection;
use clients::{
    Clients,
    fetch::FetchError,
    influxdb::Rows,
    jaeger,
    prometheus::{self, Range, Target},
    time::unix_now,
};
use dashboards::{
    Unsupported, duration,
    interpolate::{Language, replace_in_query},
    model::{Dashboard, Panel, TimeRange, Variable},
    queries::Query,
    response::{self, Response, Series},
    time::{self, Window},
    variables::{self, Bound, Source},
};

/// Why a query could not be built or sent.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The data source failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The dashboard uses something that is not supported.
    #[error("not supported: {0}")]
    Unsupported(#[from] Unsupported),
    /// A variable has no options.
    #[error("${0} has no value")]
    NoOptions(String),
    /// Prometheus scrapes nothing.
    #[error("Prometheus has no target")]
    NoTargets,
}

/// The scrape interval configured in Grafana's data source: the longest of the lab's targets. The user's own may be scraped at
/// another one.
///
/// # Errors
///
/// Returns an error if Prometheus is unavailable or has no targets.
pub async fn scrape_interval(clients: &Clients) -> Result<Duration, QueryError> {
    let targets = clients.prometheus.targets().await?;
    let jobs = Selection::All.jobs();
    let is_of_the_lab =
        |target: &&Target| target.labels.get("job").is_none_or(|job| jobs.contains(&job.as_str()));
    let intervals =
        targets.iter().filter(is_of_the_lab).map(|target| duration::parse(&target.scrape_interval));
    intervals.collect::<Result<Vec<_>, _>>()?.into_iter().max().ok_or(QueryError::NoTargets)
}

/// A dashboard's time range, relative to now.
///
/// # Errors
///
/// Returns an error if the range is not supported.
pub fn window(time: &TimeRange) -> Result<Window, Unsupported> {
    time::resolve(time, (unix_now() * 1000.0) as i64)
}

/// Resolves the dashboard's variables in order; each may use those before it.
///
/// # Errors
///
/// See [`QueryError`].
pub async fn bind_variables(
    clients: &Clients,
    dashboard: &Dashboard,
    window: Window,
) -> Result<Vec<Bound>, QueryError> {
    let mut bound: Vec<Bound> = Vec::new();
    for variable in &dashboard.templating.list {
        let source = variable_source(variable, &bound)?;
        let options = variable_options(clients, source, window).await?;
        if options.is_empty() {
            return Err(QueryError::NoOptions(variable.name.clone()));
        }
        bound.push(variables::bind(variable, options));
    }
    Ok(bound)
}

/// The source of a variable's options, with the values of the preceding variables filled in.
///
/// # Errors
///
/// Returns an error if the variable's query is not supported.
pub fn variable_source(variable: &Variable, before: &[Bound]) -> Result<Source, Unsupported> {
    let in_influxdb = variable.datasource.as_ref().is_some_and(|source| source.kind == "influxdb");
    let language = if in_influxdb { Language::InfluxQl } else { Language::PromQl };
    variables::source(variable, |text| replace_in_query(text, language, before, |_| None))
}

/// A variable's options, limited to series with samples in `window`.
///
/// # Errors
///
/// Returns an error if the data source is unavailable.
pub async fn variable_options(
    clients: &Clients,
    source: Source,
    window: Window,
) -> Result<Vec<String>, FetchError> {
    match source {
        Source::Fixed(options) => Ok(options),
        Source::LabelValues { label, selector } => {
            let range = range(window, Duration::from_secs(1));
            clients.prometheus.label_values(&label, selector.as_deref(), range).await
        }
        Source::InfluxQl(query) => clients.influxdb.list(&query).await,
    }
}

/// A series of a panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelSeries {
    /// The values, oldest first; may contain NaN.
    pub values: Vec<f64>,
    /// Seconds from the last value to the end of the range.
    pub age_seconds: f64,
}

impl PanelSeries {
    /// `points` are Unix seconds and values, oldest first; `end` is the end of the range.
    fn new(points: &[(f64, f64)], end: f64) -> Self {
        let last = points.last().map_or(0.0, |point| point.0);
        Self { values: points.iter().map(|point| point.1).collect(), age_seconds: end - last }
    }
}

/// Sends a query, and returns the series of the response. A search that finds traces returns one series with their number.
///
/// # Errors
///
/// Returns an error if the data source is unavailable.
pub async fn query_series(clients: &Clients, query: &Query) -> Result<Vec<PanelSeries>, FetchError> {
    let (end, series) = match query {
        Query::Instant { expr, time_ms } => {
            let time = *time_ms as f64 / 1000.0;
            (time, clients.prometheus.instant(expr, Some(time)).await?)
        }
        Query::Range { expr, window, step } => {
            let range = range(*window, *step);
            (range.end, clients.prometheus.range(expr, range).await?)
        }
        Query::InfluxQl { query, window, width } => {
            let Range { start: from, end: to, .. } = range(*window, *width);
            let rows = clients.influxdb.query(query).await?;
            // InfluxDB stamps an aggregate over the whole range with the start of the range, or with 0.
            let is_aggregate = |points: &[(f64, f64)]| {
                width.is_zero() && points.last().is_some_and(|newest| newest.0 <= from)
            };
            let series = rows.iter().flat_map(Rows::series).map(|points| {
                let end = if is_aggregate(&points) { points[0].0 } else { to - width.as_secs_f64() };
                PanelSeries::new(&points, end)
            });
            return Ok(series.collect());
        }
        Query::Traces { parameters } => {
            let parameters: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Ok(match clients.jaeger.count(&parameters).await? {
                0 => Vec::new(),
                count => vec![PanelSeries { values: vec![count as f64], age_seconds: 0.0 }],
            });
        }
    };
    Ok(series.iter().map(|series| PanelSeries::new(&series.points, end)).collect())
}

/// Sends a query, and returns the response without changes.
///
/// # Errors
///
/// Returns an error if the data source is unavailable.
pub async fn query(clients: &Clients, query: &Query) -> Result<Response, FetchError> {
    let prometheus = |series: Vec<prometheus::Series>| {
        let series = series.into_iter();
        Response::Prometheus(series.map(|one| Series { labels: one.labels, points: one.points }).collect())
    };
    Ok(match query {
        Query::Instant { expr, time_ms } => {
            prometheus(clients.prometheus.instant(expr, Some(*time_ms as f64 / 1000.0)).await?)
        }
        Query::Range { expr, window, step } => {
            prometheus(clients.prometheus.range(expr, range(*window, *step)).await?)
        }
        Query::InfluxQl { query, .. } => {
            let rows = clients.influxdb.query(query).await?.into_iter();
            let rows = rows.map(|Rows { name, tags, columns, values }| response::Rows {
                name,
                tags,
                columns,
                values,
            });
            Response::InfluxQl(rows.collect())
        }
        Query::Traces { parameters } => {
            let parameters: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let traces = clients.jaeger.traces(&parameters).await?;
            Response::Traces(traces.iter().filter_map(first_span).collect())
        }
    })
}

/// A row of a trace search: the trace's first span.
fn first_span(trace: &jaeger::Trace) -> Option<response::Trace> {
    let first = trace.spans.iter().min_by_key(|span| span.start_us)?;
    Some(response::Trace {
        id: trace.id.clone(),
        name: format!("{}: {}", first.service, first.name),
        start_us: i64::try_from(first.start_us).ok()?,
        duration_us: i64::try_from(first.duration_us).ok()?,
    })
}

fn range(window: Window, step: Duration) -> Range {
    let seconds = |millis: i64| millis as f64 / 1000.0;
    Range { start: seconds(window.from_ms), end: seconds(window.to_ms), step: step.as_secs_f64() }
}

/// The variables of each copy of a repeated panel: one copy per value of the variable it repeats by.
pub fn repeats(panel: &Panel, bound: &[Bound]) -> Vec<Vec<Bound>> {
    let by = panel.repeat.as_deref().and_then(|name| bound.iter().position(|variable| variable.name == name));
    let Some(by) = by else { return vec![bound.to_vec()] };
    let copy = |value| {
        let mut copy = bound.to_vec();
        copy[by].value = value;
        copy
    };
    bound[by].value.each().into_iter().map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashboards::variables::Value;

    #[test]
    fn a_repeated_panel_has_one_copy_per_value() {
        let bound = [
            Bound { name: "job".into(), value: Value::One("a".into()) },
            Bound { name: "method".into(), value: Value::Many(vec!["x".into(), "y".into()]) },
        ];
        let panel = Panel { repeat: Some("method".into()), ..Panel::default() };
        let copies = repeats(&panel, &bound);
        assert_eq!(copies.len(), 2);
        assert_eq!(copies[1][1].value, Value::Many(vec!["y".into()]));
        assert_eq!(repeats(&Panel::default(), &bound), [bound.to_vec()]);
    }
}
