//! `POST /api/dashboards/UID/data`: the data of panels, a line of JSON for each as it is ready.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use clients::time::unix_now;
use dashboards::model::{Dashboard, TimeRange};
use dashboards::time::{self, Window};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use kit::problem::Problem;
use serde::Deserialize;
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::choice::{self, Given};
use super::library::Board;
use super::limits;
use super::panel::{self, Around, PanelData};
use crate::state::Shared;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    from: String,
    to: String,
    #[serde(default)]
    variables: Given,
    panels: Vec<PanelWanted>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PanelWanted {
    id: u64,
    /// Pixels.
    width: u32,
}

/// A dashboard's time range now, within the limit.
pub(super) fn window(range: &TimeRange) -> Result<Window, Problem> {
    let refused = |reason: String| Problem::new(StatusCode::BAD_REQUEST, reason);
    let now = (unix_now() * 1000.0) as i64;
    let window =
        time::resolve(range, now).map_err(|unknown| refused(format!("not known here: {unknown}")))?;
    limits::range(window).map_err(refused)?;
    Ok(window)
}

pub(super) async fn data(
    State(console): State<Shared>,
    Path(uid): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let board = console.dashboards.board(&uid)?;
    let window = window(&TimeRange { from: wanted.from.clone(), to: wanted.to.clone() })?;
    let refused = |reason| Problem::new(StatusCode::BAD_REQUEST, reason);
    limits::panels(wanted.panels.len()).map_err(refused)?;
    for panel in &wanted.panels {
        limits::width(panel.width).map_err(refused)?;
    }
    let (lines, receiver) = mpsc::channel(1);
    let shutdown = console.shutdown.clone();
    console.tasks.clone().spawn(async move {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            // The browser left.
            () = lines.closed() => {}
            () = send(console, board, window, wanted, &lines) => {}
        }
    });
    let lines = ReceiverStream::new(receiver).map(Ok::<_, Infallible>);
    // With `no-store`, Chromium now and then takes a streamed answer for a failed one.
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-cache")];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// Sends each panel's line once it is ready. Dropped, it ends those that are not.
async fn send(
    console: Shared,
    board: Arc<Board>,
    window: Window,
    wanted: Wanted,
    lines: &mpsc::Sender<Bytes>,
) {
    let sources = console.dashboards.sources();
    let (choices, scrape) =
        tokio::join!(choice::choose(sources, &board.dashboard, window, &wanted.variables), sources.scrape());
    let (variables, refused) = (choice::bound(&choices), choice::refused(&choices));
    let around =
        Around { console: Arc::clone(&console), window, variables, refused, scrape, marks: OnceCell::new() };
    let around = Arc::new(around);
    let (mut panels, mut ids) = (JoinSet::new(), HashMap::new());
    for wanted in wanted.panels {
        let (around, board) = (Arc::clone(&around), Arc::clone(&board));
        let task = panels.spawn(async move { data_of(&around, &board.dashboard, wanted).await });
        ids.insert(task.id(), wanted.id);
    }
    while let Some(ended) = panels.join_next().await {
        // A panic in a panel is that panel's alone.
        let data = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a panel cannot be drawn");
            PanelData::failed(
                ids[&error.id()],
                window,
                "not drawn: the console's own fault, see its log".to_owned(),
            )
        });
        if lines.send(line(&data)).await.is_err() {
            return;
        }
    }
}

async fn data_of(around: &Arc<Around>, dashboard: &Dashboard, wanted: PanelWanted) -> PanelData {
    match dashboard.panel(wanted.id) {
        Some(panel) => panel::data(around, dashboard, panel, wanted.width).await,
        None => PanelData::failed(wanted.id, around.window, format!("there is no panel {}", wanted.id)),
    }
}

fn line(data: &PanelData) -> Bytes {
    let mut line = serde_json::to_vec(data).expect("strings and numbers have a JSON form");
    line.push(b'\n');
    line.into()
}
