//! The admin route: faults to throw and to take back. It is served only where a port for it is set.
//!
//! | Request | What it does |
//! |---|---|
//! | `GET /faults` | says what is broken: `{"slow_ms": 0, "read_only": false}` |
//! | `PUT /faults/slow?ms=N` | each turn of a database connection waits N ms first, 1 to 10000 |
//! | `DELETE /faults/slow` | no more |
//! | `PUT /faults/read-only` | SQLite refuses every write (`PRAGMA query_only`) |
//! | `DELETE /faults/read-only` | no more |
//!
//! Each answers with what is broken then, and logs what it did.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use kit::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::faults::{Broken, Faults};

const LONGEST_MS: u64 = 10_000;

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
struct Shown {
    slow_ms: u64,
    read_only: bool,
}

#[derive(Deserialize)]
struct Slow {
    ms: u64,
}

async fn show(State(faults): State<Arc<Faults>>) -> Json<Shown> {
    shown(faults.broken())
}

async fn slow(
    State(faults): State<Arc<Faults>>,
    query: Result<Query<Slow>, QueryRejection>,
) -> Result<Json<Shown>, Problem> {
    let ms = query.ok().map(|Query(Slow { ms })| ms).filter(|ms| (1..=LONGEST_MS).contains(ms));
    let ms = ms.ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, format!("expected ?ms=N with 1 to {LONGEST_MS} milliseconds"))
    })?;
    tracing::warn!(ms, "fault: the store is slow");
    Ok(shown(faults.change(|broken| broken.slow = Duration::from_millis(ms))))
}

async fn fast(State(faults): State<Arc<Faults>>) -> Json<Shown> {
    tracing::warn!("fault taken back: the store is no longer slow");
    shown(faults.change(|broken| broken.slow = Duration::ZERO))
}

async fn read_only(State(faults): State<Arc<Faults>>) -> Json<Shown> {
    tracing::warn!("fault: the store refuses to write");
    shown(faults.change(|broken| broken.read_only = true))
}

async fn writable(State(faults): State<Arc<Faults>>) -> Json<Shown> {
    tracing::warn!("fault taken back: the store writes again");
    shown(faults.change(|broken| broken.read_only = false))
}

fn shown(Broken { slow, read_only }: Broken) -> Json<Shown> {
    // At most LONGEST_MS.
    Json(Shown { slow_ms: slow.as_millis() as u64, read_only })
}
