//! The built web files, and `index.html` for every page route.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::{PathRejection, RawPathParamsRejection};
use axum::extract::{FromRef, FromRequestParts, Path as UrlPath, RawPathParams, State};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT, CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use kit::problem::Problem;
use tower_http::services::ServeDir;

use crate::admission::Token;
use crate::config::Config;
use crate::tutorials;

/// For files whose names contain a hash of their content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const HEAD: &str = "<head>";

/// Logs a warning if `folder` has no page; the API works without it.
pub(crate) fn routes<S>(folder: &Path) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Config>: FromRef<S>,
    Token: FromRef<S>,
{
    if let Err(reason) = std::fs::metadata(index(folder)) {
        let folder = folder.display();
        tracing::warn!(%folder, %reason, "no web files: only the API is served");
    }
    let files = ServeDir::new(folder.join("assets"))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip();
    let hashed = Router::new().fallback_service(files).layer(map_response(cache_forever));
    Router::new()
        .route("/", get(page))
        .route("/tutorials/{number}", get(tutorial))
        .route("/d/{uid}", get(named))
        .route("/d/{uid}/{*rest}", get(named))
        .route("/t", get(page))
        .route("/t/{trace}", get(named))
        .nest("/assets", hashed)
}

fn index(folder: &Path) -> PathBuf {
    folder.join("index.html")
}

#[allow(clippy::unused_async, reason = "axum requires async functions")]
async fn cache_forever(mut response: Response) -> Response {
    // A 304 updates the cached response, so it has the same policy.
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, IMMUTABLE);
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

/// `index.html` with the token. Reads the file for each request: it is small, and may be rebuilt meanwhile.
async fn page(
    State(config): State<Arc<Config>>,
    State(token): State<Token>,
) -> Result<Html<String>, Problem> {
    let path = index(&config.console_assets);
    let unavailable = |reason| {
        let detail = format!("the console's web files are unavailable: {}: {reason}", path.display());
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    };
    let html = tokio::fs::read_to_string(&path).await.map_err(|error| unavailable(error.to_string()))?;
    with_token(&html, &token).map(Html).ok_or_else(|| unavailable(format!("it has no {HEAD}")))
}

/// The page of something whose name is in the path, if the path can be decoded.
async fn named(
    path: Result<RawPathParams, RawPathParamsRejection>,
    request: PageRequest,
    config: State<Arc<Config>>,
    token: State<Token>,
) -> Response {
    match path {
        Ok(_) => page(config, token).await.into_response(),
        Err(_) => request.not_found(config, token).await,
    }
}

async fn tutorial(
    number: Result<UrlPath<String>, PathRejection>,
    request: PageRequest,
    config: State<Arc<Config>>,
    token: State<Token>,
) -> Response {
    match number.ok().and_then(|UrlPath(number)| tutorials::by_number(&number)) {
        Some(_) => page(config, token).await.into_response(),
        None => request.not_found(config, token).await,
    }
}

/// The response to an unknown path: a page for a browser's navigation, a problem document for anything else.
pub(crate) async fn not_found(
    request: PageRequest,
    config: State<Arc<Config>>,
    token: State<Token>,
) -> Response {
    request.not_found(config, token).await
}

/// What decides how a page that does not exist is reported.
#[derive(Debug, FromRequestParts)]
pub(crate) struct PageRequest {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl PageRequest {
    async fn not_found(self, config: State<Arc<Config>>, token: State<Token>) -> Response {
        let is_read = matches!(self.method, Method::GET | Method::HEAD);
        let is_page = !["/api/", "/assets/"].iter().any(|folder| self.uri.path().starts_with(folder));
        let accepted = self.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let accepts_html =
            accepted.flat_map(|list| list.split([',', ';'])).any(|kind| kind.trim() == "text/html");
        if is_read
            && is_page
            && accepts_html
            && let Ok(page) = page(config, token).await
        {
            return (StatusCode::NOT_FOUND, page).into_response();
        }
        kit::problem::not_found(self.uri).await.into_response()
    }
}

/// Inserts the token at the start of the head, where the page's script reads it.
fn with_token(html: &str, token: &Token) -> Option<String> {
    let (before, after) = html.split_once(HEAD)?;
    let token = token.text();
    Some(format!("{before}{HEAD}<meta name=\"console-token\" content=\"{token}\">{after}"))
}
