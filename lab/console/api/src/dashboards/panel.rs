//! The data of one panel: its queries, their results, and the view drawn from them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dashboards::Unsupported;
use dashboards::interpolate::Scope;
use dashboards::model::{Dashboard, Panel, Target};
use dashboards::queries::{self, Content, Context, Query};
use dashboards::response::{QueryResponse, Response};
use dashboards::time::Window;
use dashboards::variables::Bound;
use dashboards::view::{self, View};
use serde::Serialize;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::annotations::{self, Mark};
use super::exemplars::{self, Point};
use super::query_errors::QueryErrors;
use super::source_health::SourceDown;
use super::sources::{self, Outcome, Sources};
use crate::alerts::{AlertFeeds, AlertSource, AlertView};
use crate::metrics::Source;

/// What the panels of one request share.
#[derive(Debug)]
pub(super) struct RequestContext {
    pub(super) sources: Sources,
    pub(super) alerts: AlertFeeds,
    pub(super) window: Window,
    pub(super) variables: Vec<Bound>,
    /// Why variables have no value, by name.
    pub(super) variable_errors: HashMap<String, String>,
    pub(super) scrape_interval: Duration,
    /// The dashboard's annotations, queried when the first panel needs them.
    pub(super) annotations: OnceCell<Vec<Mark>>,
}

/// A line of the response. Times are Unix milliseconds.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct PanelData {
    id: u64,
    from: i64,
    to: i64,
    view: Option<PanelView>,
    /// Why there is no view: reasons first, then the failed queries.
    error: Option<String>,
    /// The data sources whose outage is the error.
    down: Vec<SourceDown>,
    took_ms: f64,
    queries: Vec<QueryView>,
    annotations: Vec<Mark>,
    exemplars: Vec<Point>,
}

/// What the page draws.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
enum PanelView {
    Data(View),
    Alerts(AlertsView),
}

/// An alert list.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "lowercase")]
enum AlertsView {
    /// As in the event `alerts`.
    Alerts { alerts: Vec<AlertView> },
}

/// A query that was sent.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "SentQuery"))]
struct QueryView {
    /// The target's refId.
    #[serde(rename = "ref")]
    target: String,
    source: Source,
    query: String,
    kind: QueryKind,
    from: i64,
    to: i64,
    step_ms: u64,
    took_ms: f64,
    /// Number of series.
    series: usize,
    error: Option<String>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
enum QueryKind {
    Instant,
    Range,
    InfluxQl,
    Traces,
}

impl PanelData {
    pub(super) fn failed(id: u64, window: Window, error: String) -> Self {
        Self { error: Some(error), ..Self::empty(id, window) }
    }

    fn empty(id: u64, window: Window) -> Self {
        Self {
            id,
            from: window.from_ms,
            to: window.to_ms,
            view: None,
            error: None,
            down: Vec::new(),
            took_ms: 0.0,
            queries: Vec::new(),
            annotations: Vec::new(),
            exemplars: Vec::new(),
        }
    }
}

/// Sends the panel's queries concurrently, and draws their results. One failed query fails the panel.
pub(super) async fn data(
    context: &Arc<RequestContext>,
    dashboard: &Dashboard,
    panel: &Panel,
    width: u32,
) -> PanelData {
    let started = Instant::now();
    let empty = PanelData::empty(panel.id, context.window);
    let mut data = match plan(context, panel, width) {
        Err(error) => {
            // Without its source, a variable has no value.
            let is_cause = context.variable_errors.values().any(|cause| error.contains(cause.as_str()));
            let down = if is_cause { context.sources.all_down().collect() } else { Vec::new() };
            PanelData { error: Some(error), down, ..empty }
        }
        Ok(Plan::Alerts) => {
            let AlertFeeds { alerts, sources } = &context.alerts;
            let alerts = alerts.latest().map(|latest| latest.value.clone()).unwrap_or_default();
            let sources = sources.latest();
            let sources = sources.iter().flat_map(|latest| &latest.value);
            let error = sources.filter_map(AlertSource::problem).next();
            PanelData { view: Some(PanelView::Alerts(AlertsView::Alerts { alerts })), error, ..empty }
        }
        Ok(Plan::Queries(queries)) => {
            let (outcomes, annotations, exemplars) = tokio::join!(
                send(context, &queries),
                annotations(context, dashboard, panel),
                exemplars(context, panel, &queries, width),
            );
            let (view, error) = match draw(context, panel, &queries, &outcomes) {
                Ok(view) => (Some(PanelView::Data(view)), None),
                Err(error) => (None, Some(error)),
            };
            let sent = queries.iter().zip(&outcomes);
            let failed = sent.clone().filter(|(_, outcome)| outcome.result.is_err());
            let failed: BTreeSet<Source> = failed.map(|((_, query), _)| sources::source(query)).collect();
            let down = failed.into_iter().filter_map(|source| context.sources.down(source)).collect();
            let queries = sent
                .map(|((target, query), outcome)| QueryView::new(context.window, target, query, outcome))
                .collect();
            PanelData { view, error, down, queries, annotations, exemplars, ..empty }
        }
    };
    data.took_ms = millis(started.elapsed());
    data
}

/// What a panel needs.
enum Plan<'a> {
    Alerts,
    Queries(Vec<(&'a Target, Query)>),
}

fn plan<'a>(context: &RequestContext, panel: &'a Panel, width: u32) -> Result<Plan<'a>, String> {
    let explain = |unknown: Unsupported| explained(&unknown, &context.variable_errors);
    match queries::content(panel).map_err(explain)? {
        Content::Alerts => Ok(Plan::Alerts),
        Content::Static => Ok(Plan::Queries(Vec::new())),
        Content::Targets(targets) => {
            let query_context = Context {
                window: context.window,
                max_data_points: Some(width),
                variables: &context.variables,
                scrape: context.scrape_interval,
            };
            let mut all = Vec::new();
            for target in targets {
                let queries = queries::queries(panel, target, query_context).map_err(explain)?;
                all.extend(queries.into_iter().map(|query| (target, query)));
            }
            Ok(Plan::Queries(all))
        }
    }
}

/// A query reports a variable without a value as unknown; the reason of that variable says more.
fn explained(unknown: &Unsupported, variable_errors: &HashMap<String, String>) -> String {
    let error = unknown.0.strip_prefix("variable $").and_then(|name| variable_errors.get(name));
    error.map_or_else(|| format!("not supported here: {unknown}"), Clone::clone)
}

/// The annotations of a time series; other panels have no time axis for them.
async fn annotations(context: &RequestContext, dashboard: &Dashboard, panel: &Panel) -> Vec<Mark> {
    if panel.kind != "timeseries" {
        return Vec::new();
    }
    let marks = || annotations::marks(&context.sources, dashboard, context.window);
    context.annotations.get_or_init(marks).await.clone()
}

/// The exemplars of a time series; other panels have no axes for them.
async fn exemplars(
    context: &RequestContext,
    panel: &Panel,
    queries: &[(&Target, Query)],
    width: u32,
) -> Vec<Point> {
    if panel.kind != "timeseries" {
        return Vec::new();
    }
    exemplars::points(&context.sources, queries, context.window, width).await
}

/// The outcomes in the order of the queries.
async fn send(context: &Arc<RequestContext>, queries: &[(&Target, Query)]) -> Vec<Arc<Outcome<Response>>> {
    let mut requests = JoinSet::new();
    for (position, (_, query)) in queries.iter().enumerate() {
        let (context, query) = (Arc::clone(context), query.clone());
        requests.spawn(async move { (position, context.sources.query(&query).await) });
    }
    let mut outcomes = requests.join_all().await;
    outcomes.sort_by_key(|(position, _)| *position);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn draw(
    context: &RequestContext,
    panel: &Panel,
    queries: &[(&Target, Query)],
    outcomes: &[Arc<Outcome<Response>>],
) -> Result<View, String> {
    let mut responses = Vec::new();
    let mut errors = QueryErrors::default();
    for ((target, query), outcome) in queries.iter().zip(outcomes) {
        match &outcome.result {
            Ok(response) => responses.push(QueryResponse { target, query, response }),
            Err(reason) => errors.add(target, query, reason),
        }
    }
    if let Some(errors) = errors.text() {
        return Err(errors);
    }
    let scope = Scope { variables: &context.variables, window: context.window };
    view::view(panel, &responses, scope).map_err(|unknown| format!("not supported here: {unknown}"))
}

impl QueryView {
    fn new(panel: Window, target: &Target, query: &Query, outcome: &Outcome<Response>) -> Self {
        let (kind, window, step) = match query {
            Query::Instant { time_ms, .. } => {
                (QueryKind::Instant, Window { from_ms: *time_ms, to_ms: *time_ms }, Duration::ZERO)
            }
            Query::Range { window, step, .. } => (QueryKind::Range, *window, *step),
            Query::InfluxQl { window, width, .. } => (QueryKind::InfluxQl, *window, *width),
            Query::Traces { .. } => (QueryKind::Traces, panel, Duration::ZERO),
        };
        Self {
            target: target.ref_id.clone(),
            source: sources::source(query),
            query: query.text(),
            kind,
            from: window.from_ms,
            to: window.to_ms,
            step_ms: u64::try_from(step.as_millis()).unwrap_or(u64::MAX),
            took_ms: millis(outcome.took),
            series: outcome.result.as_ref().map_or(0, sources::count),
            error: outcome.result.as_ref().err().cloned(),
        }
    }
}

/// Milliseconds, to the microsecond.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_error_of_the_variable_that_a_panel_uses_is_blamed() {
        let reason = "variable $job: not supported here: regex";
        let errors = HashMap::from([("job".to_owned(), reason.to_owned())]);
        let blamed = |unknown: &str| explained(&Unsupported(unknown.to_owned()), &errors);
        assert_eq!(blamed("variable $job"), reason);
        assert_eq!(blamed("variable $other"), "not supported here: variable $other");
        assert_eq!(blamed("panel type \"canvas\""), "not supported here: panel type \"canvas\"");
    }
}
