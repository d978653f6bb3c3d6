//! `/envoy/metrics`, beside `/metrics` and `/healthz`.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kit::problem::Problem;
use prometheus::{Registry, TEXT_FORMAT};
use tokio::sync::Semaphore;

use crate::service::Shared;

/// Pages in the making: each holds a list of all families, and a piece.
const MOST_PAGES: usize = 8;

pub(crate) fn router(registry: Registry, shared: Arc<Shared>) -> Router {
    let room = Arc::new(Semaphore::new(MOST_PAGES));
    let envoys = get(move || async move { envoys(&shared, &room) });
    Router::new()
        .route("/envoy/metrics", envoys)
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .merge(kit::endpoints::metrics_and_health(registry))
        .fallback(kit::problem::not_found)
}

fn envoys(shared: &Shared, room: &Arc<Semaphore>) -> Response {
    if !shared.outputs.has_prometheus() {
        return Problem::new(StatusCode::NOT_FOUND, "SINK_OUTPUTS does not have prometheus").into_response();
    }
    let Ok(permit) = Arc::clone(room).try_acquire_owned() else {
        let why = format!("{MOST_PAGES} readers are at it already");
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let pieces = shared.nodes.page().inspect(move |_| {
        let _held = &permit;
    });
    let body = Body::from_stream(tokio_stream::iter(pieces));
    ([(header::CONTENT_TYPE, format!("{TEXT_FORMAT}; charset=utf-8"))], body).into_response()
}
