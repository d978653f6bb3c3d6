//! The tutorials' documents, in blocks: prose, commands with what their buttons do, and panels that show the effect.

mod action;
mod addresses;
mod blocks;
mod links;
mod listing;
mod words;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use catalog::Tutorial;
use kit::problem::Problem;
use serde::Serialize;

use crate::lab::TUTORIALS;
use crate::state::Shared;
pub(crate) use addresses::Addresses;
use blocks::{Block, Document};

/// A document as the page shows it.
#[derive(Debug, Serialize)]
struct Page {
    number: usize,
    id: &'static str,
    title: String,
    started: bool,
    blocks: Vec<Block>,
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/tutorials/{number}", get(page))
}

async fn page(State(console): State<Shared>, Path(number): Path<String>) -> Result<Json<Page>, Problem> {
    let found = number.parse::<usize>().ok().and_then(|number| Some((number, tutorial(number)?)));
    let absent =
        || Problem::new(StatusCode::NOT_FOUND, format!("there is no tutorial {number}; they are 1 to 5"));
    let (number, tutorial) = found.ok_or_else(absent)?;
    let path = console.config.console_docs.join(format!("{}.md", tutorial.name()));
    let text = tokio::fs::read_to_string(&path).await.map_err(|error| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{}: {error}", path.display()))
    })?;
    let chosen = console.config.settings.tutorial;
    let Document { title, blocks } =
        blocks::read(&text, &Addresses::new(&console.config.links.all()), chosen);
    let started = chosen.has(tutorial);
    Ok(Json(Page { number, id: tutorial.name(), title, started, blocks }))
}

fn tutorial(number: usize) -> Option<Tutorial> {
    TUTORIALS.get(number.checked_sub(1)?).copied()
}

/// The number of the page that is made of this document, such as `echo.md`.
fn number_of(document: &str) -> Option<usize> {
    let id = document.strip_suffix(".md")?;
    TUTORIALS.iter().position(|tutorial| tutorial.name() == id).map(|at| at + 1)
}

#[cfg(test)]
mod tests;
