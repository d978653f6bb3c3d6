//! `/envoy/metrics`, beside `/metrics` and `/healthz`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Registry, TEXT_FORMAT};

use crate::service::Shared;

pub(crate) fn router(registry: Registry, shared: Arc<Shared>) -> Router {
    telemetry::routes(registry).route("/envoy/metrics", get(move || async move { envoys(&shared) }))
}

fn envoys(shared: &Shared) -> Response {
    if !shared.outputs.has_prometheus() {
        return (StatusCode::NOT_FOUND, "SINK_OUTPUTS does not have prometheus\n").into_response();
    }
    let pieces = shared.nodes.page().map(Ok::<_, Infallible>);
    let body = Body::from_stream(tokio_stream::iter(pieces));
    ([(header::CONTENT_TYPE, format!("{TEXT_FORMAT}; charset=utf-8"))], body).into_response()
}
