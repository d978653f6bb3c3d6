//! `GET /api/dashboards/UID`: a dashboard without its data.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use dashboards::config;
use dashboards::head::{self, Head};
use dashboards::interpolate::Scope;
use dashboards::link;
use dashboards::model::{Dashboard, TimeRange};
use http::StatusCode;
use kit::problem::Problem;
use kit::text::Field;
use serde::Serialize;

use super::library::{Library, Snapshot};
use super::limits;
use super::selection::{self, Requested, Selection};
use super::sources::Sources;

/// Grafana's value of `hide` for a hidden variable.
const HIDDEN: u8 = 2;

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Dashboard"))]
pub(crate) struct DashboardView {
    uid: String,
    title: String,
    description: String,
    folder: String,
    time: TimeView,
    /// Such as `5s`; empty for none.
    refresh: String,
    refresh_options: Vec<String>,
    links: Vec<DashboardLink>,
    variables: Vec<VariableView>,
    panels: Vec<Head>,
    /// What is not supported outside of panels: JSON paths, and variables with their reasons.
    unknown: Vec<String>,
}

/// The requested time range; without one, the file's.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "DashboardTime"))]
struct TimeView {
    from: String,
    to: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
struct DashboardLink {
    title: String,
    url: String,
    /// Leads to another server.
    external: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Variable"))]
struct VariableView {
    name: String,
    label: String,
    multi: bool,
    include_all: bool,
    /// The value is typed: a textbox has no options to choose from.
    typed: bool,
    options: Vec<String>,
    /// `$__all` stands for "All".
    current: Vec<String>,
}

/// The query string of a dashboard's page.
#[derive(Debug, Default)]
struct DefinitionRequest {
    from: Option<String>,
    to: Option<String>,
    variables: Requested,
}

pub(super) async fn definition(
    State(library): State<Library>,
    State(sources): State<Sources>,
    Path(uid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<DashboardView>, Problem> {
    let entry = library.find(&uid)?;
    let dashboard = &entry.dashboard;
    let request = DefinitionRequest::parse(&query.unwrap_or_default())?;
    let time = TimeRange {
        from: request.from.unwrap_or_else(|| dashboard.time.from.clone()),
        to: request.to.unwrap_or_else(|| dashboard.time.to.clone()),
    };
    let window = limits::window(&time)?;
    let selections = selection::resolve(&sources, dashboard, window, &request.variables).await;
    let variables = selection::bindings(&selections);
    let scope = Scope { variables: &variables, window };
    Ok(Json(DashboardView {
        uid: dashboard.uid.clone(),
        title: dashboard.title.clone(),
        description: dashboard.description.clone(),
        folder: entry.folder.clone(),
        time: TimeView { from: time.from, to: time.to },
        refresh: dashboard.refresh.clone(),
        refresh_options: dashboard.timepicker.refresh_intervals.clone(),
        links: links_of(dashboard, &library.snapshot(), scope),
        panels: head::heads(dashboard, scope),
        unknown: unknown(dashboard, &selections),
        variables: selections.into_iter().filter_map(VariableView::of).collect(),
    }))
}

fn unknown(dashboard: &Dashboard, selections: &[Selection<'_>]) -> Vec<String> {
    let mut unknown = dashboard.unsupported.clone();
    let mut refused: Vec<String> = selection::errors(selections).into_values().collect();
    refused.sort();
    unknown.extend(refused);
    unknown
}

impl VariableView {
    /// `None` if the file hides the variable.
    fn of(selection: Selection<'_>) -> Option<Self> {
        let variable = selection.variable;
        if variable.hide == HIDDEN {
            return None;
        }
        let label = variable.label.clone().filter(|label| !label.is_empty());
        Some(Self {
            name: variable.name.clone(),
            label: label.unwrap_or_else(|| variable.name.clone()),
            multi: variable.multi,
            include_all: variable.include_all,
            typed: variable.kind == "textbox",
            options: selection.options,
            current: selection.current,
        })
    }
}

impl DefinitionRequest {
    fn parse(query: &str) -> Result<Self, Problem> {
        let fields = kit::text::form(query.as_bytes())
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, format!("the parameter {error}")))?;
        let mut request = Self::default();
        for Field { name: key, value } in fields {
            match (&*key, key.strip_prefix("var-")) {
                ("from", _) => request.from = Some(value),
                ("to", _) => request.to = Some(value),
                (_, Some(name)) => request.variables.entry(name.to_owned()).or_default().push(value),
                _ => {}
            }
        }
        Ok(request)
    }
}

/// The dashboard's links. A link to a dashboard leads to the console's page of it. A link with an unsupported variable is
/// left out.
fn links_of(dashboard: &Dashboard, library: &Snapshot, scope: Scope<'_>) -> Vec<DashboardLink> {
    let mut all = Vec::new();
    for link in &dashboard.links {
        if link.kind == "dashboards" {
            // As in Grafana: the dashboards that have all of the link's tags.
            let tagged = library.entries().map(|entry| &entry.dashboard).filter(|other| {
                other.uid != dashboard.uid && link.tags.iter().all(|tag| other.tags.contains(tag))
            });
            all.extend(tagged.map(|other| DashboardLink {
                title: other.title.clone(),
                url: format!("/d/{}", other.uid),
                external: false,
            }));
        } else {
            let link = config::Link { title: link.title.clone(), url: link.url.clone() };
            if let Ok(config::Link { title, url }) = link::interpolate(&link, scope) {
                let external = !url.starts_with('/');
                all.push(DashboardLink { title, url, external });
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use dashboards::time::Window;
    use dashboards::variables::{Bound, Value};
    use serde_json::json;

    use super::*;

    #[test]
    fn parses_the_query_string_of_grafana() {
        let request = DefinitionRequest::parse(
            "from=now-1h&to=now&var-job=a%20b&var-job=c&var-all=%24__all&viewPanel=3",
        )
        .unwrap();
        assert_eq!((request.from.as_deref(), request.to.as_deref()), (Some("now-1h"), Some("now")));
        assert_eq!(request.variables["job"], ["a b", "c"]);
        assert_eq!(request.variables["all"], ["$__all"]);
        assert_eq!(request.variables.len(), 2);
    }

    #[test]
    fn links_are_interpolated() {
        let file = json!({"uid": "tea", "title": "Tea", "links": [
            {"type": "link", "title": "Traces", "url": "http://127.0.0.1:16686/search?start=${__from}000&service=$job"},
            {"type": "link", "title": "Prometheus", "url": "http://127.0.0.1:9090/alerts"},
            {"type": "link", "title": "Elsewhere", "url": "http://x/${__made_up}"},
        ]});
        let dashboard: Dashboard = serde_json::from_value(file).unwrap();
        let variables = [Bound { name: "job".into(), value: Value::One("a".into()) }];
        let scope = Scope { variables: &variables, window: Window { from_ms: 12, to_ms: 34 } };
        let links = links_of(&dashboard, &Snapshot::default(), scope);
        let urls: Vec<(&str, bool)> = links.iter().map(|link| (link.url.as_str(), link.external)).collect();
        let traces = "http://127.0.0.1:16686/search?start=12000&service=a";
        assert_eq!(urls, [(traces, true), ("http://127.0.0.1:9090/alerts", true)]);
    }
}
