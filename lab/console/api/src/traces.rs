//! `/api/traces`: the latest traces of Jaeger, and one trace as the rows of a waterfall.

mod summary;
mod waterfall;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use clients::Clients;
use clients::fetch::FetchError;
use clients::jaeger::Trace;
use kit::problem::Problem;
use kit::text::Query;
use serde::Deserialize;
use tokio::task::JoinSet;

pub(crate) use self::summary::TraceSummary;
pub(crate) use self::waterfall::Waterfall;

/// Allowed number of traces in a list.
const LIMITS: std::ops::RangeInclusive<usize> = 1..=100;
const DEFAULT_LIMIT: usize = 20;
/// Maximum number of services in a list of all services. Jaeger searches by service, so that each is a request.
const MAX_SERVICES: usize = 20;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Clients: FromRef<S>,
{
    Router::new().route("/api/traces", get(list)).route("/api/traces/{id}", get(trace))
}

#[derive(Debug, Deserialize)]
struct ListRequest {
    /// All services if absent or empty.
    #[serde(default)]
    service: String,
    limit: Option<usize>,
}

async fn list(
    State(clients): State<Clients>,
    Query(request): Query<ListRequest>,
) -> Result<Json<Vec<TraceSummary>>, Problem> {
    let limit = request.limit.unwrap_or(DEFAULT_LIMIT);
    if !LIMITS.contains(&limit) {
        let detail = format!("limit: got {limit}, expected 1 to 100");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let services = if request.service.is_empty() {
        clients.jaeger.services().await.map_err(|error| unavailable(&error))?
    } else {
        vec![request.service]
    };
    let mut searches = JoinSet::new();
    for service in services.into_iter().take(MAX_SERVICES) {
        let (jaeger, limit) = (clients.jaeger.clone(), limit.to_string());
        searches.spawn(async move { jaeger.traces(&[("service", &service), ("limit", &limit)]).await });
    }
    let mut found: Vec<Trace> = Vec::new();
    for traces in searches.join_all().await {
        found.extend(traces.map_err(|error| unavailable(&error))?);
    }
    Ok(Json(summary::latest(found, limit)))
}

async fn trace(State(clients): State<Clients>, Path(id): Path<String>) -> Result<Json<Waterfall>, Problem> {
    let unknown =
        || Problem::new(StatusCode::NOT_FOUND, format!("trace {id} not found; it may not be stored yet"));
    if !is_id(&id) {
        let detail = format!("got {id:?}, expected a trace id of up to 32 hexadecimal digits");
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let spans = clients.jaeger.trace(&id).await.map_err(|error| unavailable(&error))?;
    Waterfall::new(&id, &spans).map(Json).ok_or_else(unknown)
}

/// Rejects anything that could change the path of the request to Jaeger.
fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn unavailable(error: &FetchError) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, error.to_string())
}
