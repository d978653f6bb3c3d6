//! The web files, and the page that all page routes share.

mod page;

use std::path::Path;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, VARY};
use tower_http::services::ServeDir;

use crate::state::Shared;

/// Their names change with their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Says at once if there are none; the API does without.
pub(crate) fn routes(folder: &Path) -> Router<Shared> {
    if let Err(reason) = std::fs::metadata(page::file(folder)) {
        let folder = folder.display();
        tracing::warn!(%folder, %reason, "no web files: there are no pages, only their API");
    }
    let files = ServeDir::new(folder.join("assets"))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let hashed = Router::new().fallback_service(files).layer(map_response(lasting));
    Router::new()
        .route("/", get(page::page))
        .route("/tutorials/{number}", get(page::tutorial))
        .route("/d/{uid}", get(page::page))
        .route("/d/{uid}/{*rest}", get(page::page))
        .route("/t", get(page::page))
        .route("/t/{trace}", get(page::page))
        .nest("/assets", hashed)
}

#[allow(clippy::unused_async, reason = "axum calls for async functions")]
async fn lasting(mut response: Response) -> Response {
    if response.status().is_success() {
        response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}
