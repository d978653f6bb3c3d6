//! The HTTP port: `/envoy/metrics`, `/metrics` and `/healthz`.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kit::exposition::ScrapeRequest;
use kit::problem::Problem;
use prometheus::Registry;
use tokio::sync::Semaphore;

use crate::store::Store;

/// Maximum number of pages in progress. Each keeps a list of all families and one chunk in memory.
const MAX_PAGES: usize = 8;

/// `/envoy/metrics` serves `store`, or 404 without one.
pub(crate) fn router(registry: Registry, store: Option<Arc<Store>>) -> Router {
    let permits = Arc::new(Semaphore::new(MAX_PAGES));
    let envoy_metrics =
        get(move |request: ScrapeRequest| async move { envoy_metrics(request, store.as_deref(), &permits) });
    Router::new()
        .route("/envoy/metrics", envoy_metrics)
        .method_not_allowed_fallback(kit::problem::method_not_allowed)
        .merge(kit::endpoints::metrics_and_health(registry))
        .fallback(kit::problem::not_found)
}

fn envoy_metrics(request: ScrapeRequest, store: Option<&Store>, permits: &Arc<Semaphore>) -> Response {
    let Some(store) = store else {
        return Problem::new(StatusCode::NOT_FOUND, "SINK_OUTPUTS does not include prometheus")
            .into_response();
    };
    let Ok(permit) = Arc::clone(permits).try_acquire_owned() else {
        let detail = format!("{MAX_PAGES} pages are being read already");
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response();
    };
    request.respond(|format| {
        store.page_in(format).inspect(move |_| {
            let _permit = &permit;
        })
    })
}
