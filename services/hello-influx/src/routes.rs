//! The HTTP endpoints of the port.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use kit::problem::Problem;
use kit::telemetry::trace::HttpServerLayer;
use kit::text::Query;
use serde::Deserialize;
use tokio::time::sleep;

use crate::measure::{self, Requests};

/// Maximum delay of `/slow`, in milliseconds.
const MAX_DELAY_MS: u64 = 5000;

pub(crate) fn routes(requests: Requests) -> Router {
    Router::new()
        .route("/", get(|| async { "Hello World!" }))
        .route("/slow", get(slow))
        .route_layer(from_fn_with_state(requests, measure::record))
        .route("/healthz", get(|| async { "ok\n" }))
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .fallback(kit::problem::not_found)
        .layer(HttpServerLayer)
}

#[derive(Deserialize)]
struct Delay {
    ms: Option<String>,
}

/// Responds after `ms` milliseconds.
async fn slow(Query(Delay { ms }): Query<Delay>) -> Result<String, Problem> {
    let valid = ms.as_deref().and_then(|ms| ms.parse().ok()).filter(|ms| *ms <= MAX_DELAY_MS);
    let Some(ms) = valid else {
        let detail = format!("ms: got {ms:?}, expected whole milliseconds, 0 to {MAX_DELAY_MS}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    };
    sleep(Duration::from_millis(ms)).await;
    Ok(format!("Hello World, after {ms} ms!\n"))
}
