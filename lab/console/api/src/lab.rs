//! `/api/lab`: what there is, for the pages' frame.

use std::path::Path;
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use catalog::Tutorial;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::state::Shared;

/// In the order of their numbers, from 1.
pub(crate) const TUTORIALS: [Tutorial; 5] =
    [Tutorial::Echo, Tutorial::Sink, Tutorial::Order, Tutorial::Balancer, Tutorial::Influx];

/// A Grafana that takes longer is not offered.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, Serialize)]
struct Lab {
    name: String,
    tutorial: String,
    /// Its address, if it answers.
    grafana: Option<String>,
    /// Addresses by part; null if a part is not published.
    links: Map<String, Value>,
    tutorials: Vec<Entry>,
    dashboards: Vec<Board>,
}

#[derive(Debug, Serialize)]
struct Entry {
    number: usize,
    id: &'static str,
    title: String,
    started: bool,
}

#[derive(Debug, Serialize)]
struct Board {
    uid: String,
    title: String,
    folder: String,
    description: String,
    panels: usize,
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/lab", get(lab))
}

async fn lab(State(console): State<Shared>) -> Json<Lab> {
    let settings = &console.config.settings;
    let links = console.config.links.all();
    let mut tutorials = Vec::new();
    for (index, tutorial) in TUTORIALS.into_iter().enumerate() {
        tutorials.push(Entry {
            number: index + 1,
            id: tutorial.name(),
            title: title(&console.config.console_docs, tutorial).await,
            started: settings.tutorial.has(tutorial),
        });
    }
    let library = console.dashboards.library();
    let dashboards = library.boards().map(|board| Board {
        uid: board.dashboard.uid.clone(),
        title: board.dashboard.title.clone(),
        folder: board.folder.clone(),
        description: board.dashboard.description.clone(),
        panels: board.dashboard.panels().count(),
    });
    Json(Lab {
        name: settings.lab_name.clone(),
        tutorial: format!("{:?}", settings.tutorial).to_lowercase(),
        grafana: grafana(&console).await,
        links: links.into_iter().map(|(name, url)| (name.to_owned(), url.into())).collect(),
        tutorials,
        dashboards: dashboards.collect(),
    })
}

async fn grafana(console: &Shared) -> Option<String> {
    let url = console.config.links.address("grafana")?;
    let version = timeout(PATIENCE, console.parts.grafana.version()).await;
    version.is_ok_and(|version| version.is_ok()).then(|| url.to_owned())
}

/// A tutorial's name: the heading of its document, or its id without one.
pub(crate) async fn title(docs: &Path, tutorial: Tutorial) -> String {
    let id = tutorial.name();
    let text = tokio::fs::read_to_string(docs.join(id).with_extension("md")).await.unwrap_or_default();
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    heading.map_or_else(|| id.to_owned(), |heading| heading.trim().to_owned())
}
