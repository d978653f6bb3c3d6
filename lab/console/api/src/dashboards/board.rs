//! `GET /api/dashboards/UID`: all of a dashboard but its data.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use dashboards::head::{self, Head};
use dashboards::model::TimeRange;
use dashboards::scope::Scope;
use kit::problem::Problem;
use serde::Serialize;

use super::choice::{self, Choice, Given};
use super::data;
use super::links::{self, Link};
use crate::state::Shared;

/// Grafana's word for a variable that is not shown.
const HIDDEN: u8 = 2;

#[derive(Debug, Serialize)]
pub(super) struct Opened {
    uid: String,
    title: String,
    description: String,
    folder: String,
    time: Time,
    refresh: String,
    refresh_options: Vec<String>,
    links: Vec<Link>,
    variables: Vec<Variable>,
    panels: Vec<Head>,
}

/// As it was asked for, else as the file has it.
#[derive(Debug, Serialize)]
struct Time {
    from: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct Variable {
    name: String,
    label: String,
    multi: bool,
    include_all: bool,
    options: Vec<String>,
    current: Vec<String>,
}

/// What stands in a dashboard's address.
#[derive(Debug, Default)]
struct Place {
    from: Option<String>,
    to: Option<String>,
    variables: Given,
}

pub(super) async fn open(
    State(console): State<Shared>,
    Path(uid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Opened>, Problem> {
    let board = console.dashboards.board(&uid)?;
    let dashboard = &board.dashboard;
    let place = Place::read(&query.unwrap_or_default());
    let time = TimeRange {
        from: place.from.unwrap_or_else(|| dashboard.time.from.clone()),
        to: place.to.unwrap_or_else(|| dashboard.time.to.clone()),
    };
    let window = data::window(&time)?;
    let sources = console.dashboards.sources();
    let choices = choice::choose(sources, dashboard, window, &place.variables).await;
    let bound = choice::bound(&choices);
    let scope = Scope { variables: &bound, window };
    Ok(Json(Opened {
        uid: dashboard.uid.clone(),
        title: dashboard.title.clone(),
        description: dashboard.description.clone(),
        folder: board.folder.clone(),
        time: Time { from: time.from, to: time.to },
        refresh: dashboard.refresh.clone(),
        refresh_options: dashboard.timepicker.refresh_intervals.clone(),
        links: links::all(dashboard, &console.dashboards.library(), &console.config.links, scope),
        panels: head::heads(dashboard, scope),
        variables: choices.into_iter().filter_map(Variable::shown).collect(),
    }))
}

impl Variable {
    /// None if the file hides it.
    fn shown(choice: Choice<'_>) -> Option<Self> {
        let variable = choice.variable;
        if variable.hide == HIDDEN {
            return None;
        }
        let label = variable.label.clone().filter(|label| !label.is_empty());
        Some(Self {
            name: variable.name.clone(),
            label: label.unwrap_or_else(|| variable.name.clone()),
            multi: variable.multi,
            include_all: variable.include_all,
            options: choice.options,
            current: choice.current,
        })
    }
}

impl Place {
    fn read(query: &str) -> Self {
        let mut place = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match (key.as_ref(), key.strip_prefix("var-")) {
                ("from", _) => place.from = Some(value),
                ("to", _) => place.to = Some(value),
                (_, Some(name)) => place.variables.entry(name.to_owned()).or_default().push(value),
                _ => {}
            }
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_grafana_writes_it() {
        let place = Place::read("from=now-1h&to=now&var-job=a%20b&var-job=c&var-all=%24__all&viewPanel=3");
        assert_eq!((place.from.as_deref(), place.to.as_deref()), (Some("now-1h"), Some("now")));
        assert_eq!(place.variables["job"], ["a b", "c"]);
        assert_eq!(place.variables["all"], ["$__all"]);
        assert_eq!(place.variables.len(), 2);
    }
}
