//! `POST /api/dashboards/UID/data`: the data of panels, one line of JSON per panel as soon as it is ready.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dashboards::model::{Dashboard, TimeRange};
use dashboards::time::Window;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use kit::problem::Problem;
use kit::shutdown::{CancellationToken, TaskTracker};
use serde::Deserialize;
use tokio::sync::{OnceCell, mpsc};
use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::library::{Entry, Library};
use super::limits;
use super::panel::{self, PanelData, RequestContext};
use super::selection::{self, Requested};
use super::sources::Sources;
use crate::alerts::AlertFeeds;

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub(crate) struct DataRequest {
    from: String,
    to: String,
    #[serde(default)]
    variables: Requested,
    panels: Vec<PanelRequest>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
struct PanelRequest {
    id: u64,
    /// Pixels.
    width: u32,
}

pub(super) async fn data(
    State(library): State<Library>,
    State(sources): State<Sources>,
    State(alerts): State<AlertFeeds>,
    State(tasks): State<TaskTracker>,
    State(shutdown): State<CancellationToken>,
    Path(uid): Path<String>,
    Json(request): Json<DataRequest>,
) -> Result<Response, Problem> {
    let entry = library.find(&uid)?;
    let window = limits::window(&TimeRange { from: request.from.clone(), to: request.to.clone() })?;
    let bad_request = |reason| Problem::new(StatusCode::BAD_REQUEST, reason);
    limits::panels(request.panels.len()).map_err(bad_request)?;
    for panel in &request.panels {
        limits::width(panel.width).map_err(bad_request)?;
    }
    let (lines, receiver) = mpsc::channel(1);
    tasks.spawn(async move {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            // The browser closed the connection.
            () = lines.closed() => {}
            () = send(entry, sources, alerts, window, request, &lines) => {}
        }
    });
    let lines = ReceiverStream::new(receiver).map(Ok::<_, Infallible>);
    // With `no-store`, Chromium occasionally reports a streamed response as failed.
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-cache")];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// Sends the line of each panel as soon as it is ready. Dropping the future cancels the remaining panels.
async fn send(
    entry: Arc<Entry>,
    sources: Sources,
    alerts: AlertFeeds,
    window: Window,
    request: DataRequest,
    lines: &mpsc::Sender<Bytes>,
) {
    let (selections, scrape_interval) = tokio::join!(
        selection::resolve(&sources, &entry.dashboard, window, &request.variables),
        sources.scrape_interval(),
    );
    let context = Arc::new(RequestContext {
        variables: selection::bindings(&selections),
        variable_errors: selection::errors(&selections),
        sources,
        alerts,
        window,
        scrape_interval,
        annotations: OnceCell::new(),
    });
    let (mut panels, mut ids) = (JoinSet::new(), HashMap::new());
    for panel in request.panels {
        let (context, entry) = (Arc::clone(&context), Arc::clone(&entry));
        let task = panels.spawn(async move { data_of(&context, &entry.dashboard, panel).await });
        ids.insert(task.id(), panel.id);
    }
    while let Some(panel) = panels.join_next().await {
        // A panic fails only its panel.
        let data = panel.unwrap_or_else(|error| {
            tracing::error!(%error, "a panel panicked");
            let reason = "internal error: see the console's log".to_owned();
            PanelData::failed(ids[&error.id()], window, reason)
        });
        if lines.send(line(&data)).await.is_err() {
            return;
        }
    }
}

async fn data_of(context: &Arc<RequestContext>, dashboard: &Dashboard, request: PanelRequest) -> PanelData {
    match dashboard.panel(request.id) {
        Some(panel) => panel::data(context, dashboard, panel, request.width).await,
        None => PanelData::failed(request.id, context.window, format!("there is no panel {}", request.id)),
    }
}

fn line(data: &PanelData) -> Bytes {
    let mut line = serde_json::to_vec(data).expect("the data of a panel serializes to JSON");
    line.push(b'\n');
    line.into()
}
