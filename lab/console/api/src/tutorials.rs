//! `GET /api/tutorials/N`: a tutorial's document in blocks: prose, commands with their buttons, and panels that show the
//! effect.

mod blocks;
mod button;
mod curl;
mod numbering;
mod prose;
mod shell;

use std::path::Path;
use std::sync::Arc;

use axum::extract::{FromRef, Path as UrlPath, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use catalog::Tutorial;
use kit::problem::Problem;
use serde::Serialize;

use self::blocks::{Block, Document};
pub(crate) use self::numbering::{TUTORIALS, by_number};
use crate::addresses::Addresses;
use crate::config::Config;

/// A document as the page shows it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "Tutorial"))]
pub(crate) struct TutorialView {
    number: usize,
    id: &'static str,
    title: String,
    started: bool,
    blocks: Vec<Block>,
}

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Config>: FromRef<S>,
{
    Router::new().route("/api/tutorials/{number}", get(tutorial))
}

async fn tutorial(
    State(config): State<Arc<Config>>,
    UrlPath(number): UrlPath<String>,
) -> Result<Json<TutorialView>, Problem> {
    let unknown = || {
        let detail = format!("there is no tutorial {number}, only 1 to {}", TUTORIALS.len());
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    let (number, tutorial) = by_number(&number).ok_or_else(unknown)?;
    let path = config.console_docs.join(format!("{}.md", tutorial.name()));
    let text = tokio::fs::read_to_string(&path).await.map_err(|error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{}: {error}", path.display()))
    })?;
    let selection = config.settings.tutorial;
    let Document { title, blocks } = blocks::parse(&text, &Addresses::new(&config.links.all()), selection);
    let started = selection.has(tutorial);
    Ok(Json(TutorialView { number, id: tutorial.name(), title, started, blocks }))
}

/// A tutorial's title: the first heading of its document, or its id if there is none.
pub(crate) async fn title(docs: &Path, tutorial: Tutorial) -> String {
    let id = tutorial.name();
    let text = tokio::fs::read_to_string(docs.join(id).with_extension("md")).await.unwrap_or_default();
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    heading.map_or_else(|| id.to_owned(), |heading| heading.trim().to_owned())
}

#[cfg(test)]
mod tests;
