//! Jaeger's query API.

use std::collections::BTreeSet;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::model::Trace;
use crate::otlp::{InvalidTraceId, Received, Ring, Store, TraceId};
use crate::search::Search;
use crate::tags;

pub(crate) fn routes() -> Router<Store> {
    Router::new()
        .route("/api/services", get(services))
        .route("/api/services/{service}/operations", get(operation_names))
        .route("/api/operations", get(operations))
        .route("/api/traces", get(search))
        .route("/api/traces/{id}", get(trace))
        .route("/api/{*other}", get(unknown))
}

/// The names of all services with spans in the ring.
pub(crate) fn service_names(ring: &Ring) -> BTreeSet<String> {
    all(ring).map(|received| received.service.to_string()).collect()
}

fn all(ring: &Ring) -> impl Iterator<Item = &Received> {
    ring.traces().flat_map(|(_, spans)| spans).map(AsRef::as_ref)
}

async fn services(State(store): State<Store>) -> Response {
    let names = service_names(&store.ring());
    let total = names.len();
    data(names, total)
}

async fn operation_names(State(store): State<Store>, Path(service): Path<String>) -> Response {
    let ring = store.ring();
    let of_service = all(&ring).filter(|received| *received.service == *service);
    let names: BTreeSet<&str> = of_service.map(|received| received.span.name.as_str()).collect();
    let total = names.len();
    data(names, total)
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation<'a> {
    name: &'a str,
    span_kind: &'static str,
}

async fn operations(State(store): State<Store>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, v)| v.as_str());
    let (service, kind) = (parameter("service"), parameter("spanKind"));
    if service.is_empty() {
        return error(StatusCode::BAD_REQUEST, "parameter 'service' is required");
    }
    let ring = store.ring();
    let operations: BTreeSet<Operation<'_>> = all(&ring)
        .filter(|received| *received.service == *service)
        .map(|received| Operation {
            name: &received.span.name,
            span_kind: tags::span_kind(received).unwrap_or(""),
        })
        .filter(|operation| kind.is_empty() || operation.span_kind == kind)
        .collect();
    let total = operations.len();
    data(operations, total)
}

async fn search(State(store): State<Store>, Query(parameters): Query<Vec<(String, String)>>) -> Response {
    let search = match Search::new(&parameters) {
        Ok(search) => search,
        Err(invalid) => return error(StatusCode::BAD_REQUEST, invalid.to_string()),
    };
    let hits = search.run(&store.ring());
    let traces: Vec<Trace> = hits.iter().map(|(id, spans)| Trace::new(*id, spans)).collect();
    data(traces, 0)
}

async fn trace(State(store): State<Store>, Path(id): Path<String>) -> Response {
    let id: TraceId = match id.parse() {
        Ok(id) => id,
        Err(invalid @ InvalidTraceId) => return error(StatusCode::BAD_REQUEST, invalid.to_string()),
    };
    let spans = store.ring().trace(id).to_vec();
    if spans.is_empty() {
        return error(StatusCode::NOT_FOUND, "trace not found");
    }
    data([Trace::new(id, &spans)], 0)
}

async fn unknown() -> Response {
    error(StatusCode::NOT_FOUND, "the stand-in does not implement this path of Jaeger's API")
}

/// The envelope of each response.
#[derive(Serialize)]
struct Envelope<T> {
    data: Option<T>,
    total: usize,
    limit: usize,
    offset: usize,
    errors: Option<Vec<Failure>>,
}

#[derive(Serialize)]
struct Failure {
    code: u16,
    msg: String,
}

/// A successful response. `total` is the length of a list of names; Jaeger leaves it at 0 for traces.
fn data<T: Serialize>(data: T, total: usize) -> Response {
    Json(Envelope { data: Some(data), total, limit: 0, offset: 0, errors: None }).into_response()
}

fn error(status: StatusCode, msg: impl Into<String>) -> Response {
    let failure = Failure { code: status.as_u16(), msg: msg.into() };
    let envelope = Envelope::<()> { data: None, total: 0, limit: 0, offset: 0, errors: Some(vec![failure]) };
    (status, Json(envelope)).into_response()
}
