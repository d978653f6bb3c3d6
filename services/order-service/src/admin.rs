//! The admin routes, which inject and clear faults. They are served only if the admin port is set.
//!
//! | Request | Effect |
//! |---|---|
//! | `GET /faults` | returns the active faults: `{"slow_ms": 0, "read_only": false}` |
//! | `PUT /faults/slow?ms=N` | delays each batch of a database connection by N ms, 1 to 10000 |
//! | `DELETE /faults/slow` | clears the delay |
//! | `PUT /faults/read-only` | makes SQLite reject every write (`PRAGMA query_only`) |
//! | `DELETE /faults/read-only` | makes the store writable again |
//!
//! Each request returns the active faults and logs its effect.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use kit::problem::Problem;
use kit::text::Query;
use serde::{Deserialize, Serialize};

use crate::faults::{Active, Faults};

const MAX_DELAY_MS: u64 = 10_000;

pub(crate) fn routes(faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/faults", get(show))
        .route("/faults/slow", put(slow).delete(fast))
        .route("/faults/read-only", put(read_only).delete(writable))
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .fallback(kit::problem::not_found)
        .with_state(faults)
}

#[derive(Serialize)]
struct FaultsBody {
    slow_ms: u64,
    read_only: bool,
}

#[derive(Deserialize)]
struct Delay {
    ms: u64,
}

async fn show(State(faults): State<Arc<Faults>>) -> Json<FaultsBody> {
    body(faults.active())
}

async fn slow(
    State(faults): State<Arc<Faults>>,
    query: Result<Query<Delay>, Problem>,
) -> Result<Json<FaultsBody>, Problem> {
    let ms = query.ok().map(|Query(Delay { ms })| ms).filter(|ms| (1..=MAX_DELAY_MS).contains(ms));
    let ms = ms.ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, format!("expected ?ms=N with 1 to {MAX_DELAY_MS} milliseconds"))
    })?;
    tracing::warn!(ms, "fault injected: the store is slow");
    Ok(body(faults.change(|active| active.slow = Duration::from_millis(ms))))
}

async fn fast(State(faults): State<Arc<Faults>>) -> Json<FaultsBody> {
    tracing::warn!("fault cleared: the store is no longer slow");
    body(faults.change(|active| active.slow = Duration::ZERO))
}

async fn read_only(State(faults): State<Arc<Faults>>) -> Json<FaultsBody> {
    tracing::warn!("fault injected: the store is read-only");
    body(faults.change(|active| active.read_only = true))
}

async fn writable(State(faults): State<Arc<Faults>>) -> Json<FaultsBody> {
    tracing::warn!("fault cleared: the store is writable");
    body(faults.change(|active| active.read_only = false))
}

fn body(Active { slow, read_only }: Active) -> Json<FaultsBody> {
    // At most MAX_DELAY_MS.
    Json(FaultsBody { slow_ms: slow.as_millis() as u64, read_only })
}
