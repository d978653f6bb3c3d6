//! Traces, as Jaeger has them: the newest ones, and one as the rows of a waterfall.

mod summary;
mod waterfall;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use clients::fetch::FetchError;
use clients::jaeger::Trace;
use kit::problem::Problem;
use serde::Deserialize;
use tokio::task::JoinSet;

use crate::state::Shared;
use summary::Summary;
use waterfall::Waterfall;

/// Traces of a list.
const LIMITS: std::ops::RangeInclusive<usize> = 1..=100;
/// Where none is asked for.
const DEFAULT_LIMIT: usize = 20;
/// Services that are searched for a list of all: Jaeger finds traces by service.
const SERVICES: usize = 20;

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/api/traces", get(newest)).route("/api/traces/{id}", get(one))
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// All services if absent or empty.
    #[serde(default)]
    service: String,
    limit: Option<usize>,
}

async fn newest(
    State(console): State<Shared>,
    Query(asked): Query<Asked>,
) -> Result<Json<Vec<Summary>>, Problem> {
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    if !LIMITS.contains(&limit) {
        let detail = format!("limit: got {limit}, expected 1 to 100");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let services = if asked.service.is_empty() {
        console.parts.jaeger.services().await.map_err(|error| unavailable(&error))?
    } else {
        vec![asked.service]
    };
    let mut searching = JoinSet::new();
    for service in services.into_iter().take(SERVICES) {
        let (jaeger, limit) = (console.parts.jaeger.clone(), limit.to_string());
        searching.spawn(async move { jaeger.traces(&[("service", &service), ("limit", &limit)]).await });
    }
    let mut found: Vec<Trace> = Vec::new();
    for traces in searching.join_all().await {
        found.extend(traces.map_err(|error| unavailable(&error))?);
    }
    Ok(Json(summary::newest(found, limit)))
}

async fn one(State(console): State<Shared>, Path(id): Path<String>) -> Result<Json<Waterfall>, Problem> {
    let absent = || Problem::new(StatusCode::NOT_FOUND, format!("the trace {id} is not (yet) there"));
    if !is_id(&id) {
        let detail = format!("got {id:?}, expected a trace's id: up to 32 hexadecimal digits");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let spans = console.parts.jaeger.trace(&id).await.map_err(|error| unavailable(&error))?;
    Waterfall::new(&id, &spans).map(Json).ok_or_else(absent)
}

/// What Jaeger takes; nothing else reaches its path.
fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn unavailable(error: &FetchError) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, error.to_string())
}
