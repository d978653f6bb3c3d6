//! One panel's data: its queries, their answers, and what is drawn of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dashboards::answer::{Answer, Answered};
use dashboards::model::{Dashboard, Panel, Target};
use dashboards::queries::{self, Content, Context, Query};
use dashboards::scope::Scope;
use dashboards::time::Window;
use dashboards::variables::Bound;
use dashboards::view::{self, View};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use super::annotations::{self, Mark};
use super::sources::{self, Outcome};
use crate::metrics::Source;
use crate::state::Shared;

/// What is around the panels of one request.
#[derive(Debug)]
pub(super) struct Around {
    pub(super) console: Shared,
    pub(super) window: Window,
    pub(super) variables: Vec<Bound>,
    /// Why some variables have no value.
    pub(super) refused: Option<String>,
    pub(super) scrape: Duration,
    /// The dashboard's annotations, once a panel wants them.
    pub(super) marks: OnceCell<Vec<Mark>>,
}

/// A line of the answer.
#[derive(Debug, Serialize)]
pub(super) struct PanelData {
    pub(super) id: u64,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) view: Option<Shown>,
    /// Names the query and why it failed.
    pub(super) error: Option<String>,
    pub(super) took_ms: f64,
    pub(super) queries: Vec<Sent>,
    pub(super) annotations: Vec<Mark>,
}

/// What is drawn, in the API's form.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Shown {
    Data(View),
    /// As the event `alerts` has them.
    Alerts {
        kind: &'static str,
        alerts: Value,
    },
}

/// A query as it was sent.
#[derive(Debug, Serialize)]
pub(super) struct Sent {
    #[serde(rename = "ref")]
    target: String,
    source: Source,
    query: String,
    kind: &'static str,
    from: i64,
    to: i64,
    step_ms: u64,
    took_ms: f64,
    series: usize,
    error: Option<String>,
}

impl PanelData {
    pub(super) fn failed(id: u64, window: Window, error: String) -> Self {
        Self {
            id,
            from: window.from_ms,
            to: window.to_ms,
            view: None,
            error: Some(error),
            took_ms: 0.0,
            queries: Vec::new(),
            annotations: Vec::new(),
        }
    }
}

/// Asks all that the panel asks, at once, and draws what comes. One failed query fails the panel.
pub(super) async fn data(
    around: &Arc<Around>,
    dashboard: &Dashboard,
    panel: &Panel,
    width: u32,
) -> PanelData {
    let begun = Instant::now();
    let nothing = PanelData::failed(panel.id, around.window, String::new());
    let mut data = match content(around, panel, width) {
        Err(error) => PanelData { error: Some(error), ..nothing },
        Ok(Asked::Nothing(view)) => PanelData { view: Some(view), error: None, ..nothing },
        Ok(Asked::Queries(queries)) => {
            let (outcomes, annotations) =
                tokio::join!(ask(around, &queries), marks(around, dashboard, panel));
            let (view, error) = match drawn(around, panel, &queries, &outcomes) {
                Ok(view) => (Some(Shown::Data(view)), None),
                Err(error) => (None, Some(error)),
            };
            let sent = queries.iter().zip(&outcomes);
            let queries = sent
                .map(|((target, query), outcome)| Sent::new(around.window, target, query, outcome))
                .collect();
            PanelData { view, error, queries, annotations, ..nothing }
        }
    };
    data.took_ms = millis(begun.elapsed());
    data
}

enum Asked<'a> {
    Nothing(Shown),
    Queries(Vec<(&'a Target, Query)>),
}

fn content<'a>(around: &Around, panel: &'a Panel, width: u32) -> Result<Asked<'a>, String> {
    // A variable without a value is not known to the query, which says less than why it has none.
    let because = |unknown: dashboards::Unknown| match &around.refused {
        Some(refused) => format!("{unknown}: {refused}"),
        None => format!("not known here: {unknown}"),
    };
    match queries::content(panel).map_err(because)? {
        Content::Alerts => Ok(Asked::Nothing(Shown::alerts(&around.console))),
        Content::Static => Ok(Asked::Queries(Vec::new())),
        Content::Targets(targets) => {
            let context = Context {
                window: around.window,
                max_data_points: Some(width),
                variables: &around.variables,
                scrape: around.scrape,
            };
            let mut all = Vec::new();
            for target in targets {
                let queries = queries::queries(panel, target, context).map_err(because)?;
                all.extend(queries.into_iter().map(|query| (target, query)));
            }
            Ok(Asked::Queries(all))
        }
    }
}

/// Only these have a time axis with room for them.
async fn marks(around: &Around, dashboard: &Dashboard, panel: &Panel) -> Vec<Mark> {
    if panel.kind != "timeseries" {
        return Vec::new();
    }
    let sources = around.console.dashboards.sources();
    let marks = around.marks.get_or_init(|| annotations::marks(sources, dashboard, around.window));
    marks.await.clone()
}

/// The outcomes in the order of the queries.
async fn ask(around: &Arc<Around>, queries: &[(&Target, Query)]) -> Vec<Arc<Outcome<Answer>>> {
    let mut asked = JoinSet::new();
    for (at, (_, query)) in queries.iter().enumerate() {
        let (around, query) = (Arc::clone(around), query.clone());
        asked.spawn(async move { (at, around.console.dashboards.sources().ask(&query).await) });
    }
    let mut outcomes = asked.join_all().await;
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn drawn(
    around: &Around,
    panel: &Panel,
    queries: &[(&Target, Query)],
    outcomes: &[Arc<Outcome<Answer>>],
) -> Result<View, String> {
    let mut answered = Vec::new();
    let mut failed = Vec::new();
    for ((target, query), outcome) in queries.iter().zip(outcomes) {
        match &outcome.result {
            Ok(answer) => answered.push(Answered { target, query, answer }),
            Err(reason) => {
                let source = sources::source(query).title();
                failed.push(format!("query {} ({}): {source} {reason}", target.ref_id, query.text()));
            }
        }
    }
    if !failed.is_empty() {
        return Err(failed.join("\n"));
    }
    let scope = Scope { variables: &around.variables, window: around.window };
    view::view(panel, &answered, scope).map_err(|unknown| format!("not drawn here: {unknown}"))
}

impl Shown {
    /// None before the first look at them.
    fn alerts(console: &Shared) -> Self {
        let alerts = console.alerts.newest.now();
        let alerts = alerts.and_then(|state| serde_json::from_str(&state.json).ok());
        Self::Alerts { kind: "alerts", alerts: alerts.unwrap_or_else(|| Value::Array(Vec::new())) }
    }
}

impl Sent {
    fn new(asked: Window, target: &Target, query: &Query, outcome: &Outcome<Answer>) -> Self {
        let zero = Duration::ZERO;
        let (kind, window, step) = match query {
            Query::Instant { time_ms, .. } => {
                ("instant", Window { from_ms: *time_ms, to_ms: *time_ms }, zero)
            }
            Query::Range { window, step, .. } => ("range", *window, *step),
            Query::InfluxQl { window, width, .. } => ("influxql", *window, *width),
            Query::Traces { .. } => ("traces", asked, zero),
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

/// With microseconds.
fn millis(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}
