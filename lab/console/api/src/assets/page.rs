//! `index.html`, with the token written in.

use std::path::{Path, PathBuf};

use axum::extract::{Path as Part, State};
use axum::response::Html;
use http::{StatusCode, Uri};
use kit::problem::Problem;

use crate::guard::Token;
use crate::lab::TUTORIALS;
use crate::state::Shared;

const HEAD: &str = "<head>";

pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join("index.html")
}

/// Read anew each time: it is small, and may be built while the console runs.
pub(super) async fn page(State(console): State<Shared>) -> Result<Html<String>, Problem> {
    let path = file(&console.config.console_assets);
    let missing = |reason| {
        let detail = format!("the console's web files are not there: {}: {reason}", path.display());
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    };
    let html = tokio::fs::read_to_string(&path).await.map_err(|error| missing(error.to_string()))?;
    with_token(&html, &console.token).map(Html).ok_or_else(|| missing(format!("it has no {HEAD}")))
}

pub(super) async fn tutorial(
    number: Part<String>,
    uri: Uri,
    console: State<Shared>,
) -> Result<Html<String>, Problem> {
    let is_there = number.parse().is_ok_and(|number: usize| (1..=TUTORIALS.len()).contains(&number));
    if is_there { page(console).await } else { Err(kit::problem::not_found(uri).await) }
}

/// The token stands first in the head, where the page's script finds it.
fn with_token(html: &str, token: &Token) -> Option<String> {
    let (before, after) = html.split_once(HEAD)?;
    let token = token.text();
    Some(format!("{before}{HEAD}<meta name=\"console-token\" content=\"{token}\">{after}"))
}
