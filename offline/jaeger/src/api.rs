//! The paths of Jaeger's query API.

use std::collections::BTreeSet;

use crate::otlp::{Received, Ring, Store, TraceId};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use crate::answer;
use crate::model::Trace;
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

/// Of all traces held.
pub(crate) fn service_names(ring: &Ring) -> BTreeSet<String> {
    all(ring).map(|received| received.service.to_string()).collect()
}

fn all(ring: &Ring) -> impl Iterator<Item = &Received> {
    ring.traces().flat_map(|(_, spans)| spans).map(AsRef::as_ref)
}

async fn services(State(store): State<Store>) -> Response {
    let names = service_names(&store.ring());
    let total = names.len();
    answer::data(names, total)
}

async fn operation_names(State(store): State<Store>, Path(service): Path<String>) -> Response {
    let ring = store.ring();
    let of_service = all(&ring).filter(|received| *received.service == *service);
    let names: BTreeSet<&str> = of_service.map(|received| received.span.name.as_str()).collect();
    let total = names.len();
    answer::data(names, total)
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation<'a> {
    name: &'a str,
    span_kind: &'static str,
}

async fn operations(State(store): State<Store>, Query(asked): Query<Vec<(String, String)>>) -> Response {
    let asked = |name: &str| asked.iter().find(|(known, _)| known == name).map_or("", |(_, v)| v.as_str());
    let (service, kind) = (asked("service"), asked("spanKind"));
    if service.is_empty() {
        return answer::error(StatusCode::BAD_REQUEST, "parameter 'service' is required");
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
    answer::data(operations, total)
}

async fn search(State(store): State<Store>, Query(parameters): Query<Vec<(String, String)>>) -> Response {
    let search = match Search::new(&parameters) {
        Ok(search) => search,
        Err(error) => return answer::error(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let hits = search.run(&store.ring());
    let traces: Vec<Trace> = hits.iter().map(|(id, spans)| Trace::new(*id, spans)).collect();
    answer::data(traces, 0)
}

async fn trace(State(store): State<Store>, Path(id): Path<String>) -> Response {
    let id: TraceId = match id.parse() {
        Ok(id) => id,
        Err(error) => return answer::error(StatusCode::BAD_REQUEST, error),
    };
    let spans = store.ring().trace(id).to_vec();
    if spans.is_empty() {
        return answer::error(StatusCode::NOT_FOUND, "trace not found");
    }
    answer::data([Trace::new(id, &spans)], 0)
}

async fn unknown() -> Response {
    answer::error(StatusCode::NOT_FOUND, "the stand-in has no such path of Jaeger's API")
}
