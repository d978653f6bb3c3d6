//! The envelope around each of the query API's answers.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

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

/// `total` is that of lists of names; Jaeger leaves it 0 for traces.
pub(crate) fn data<T: Serialize>(data: T, total: usize) -> Response {
    Json(Envelope { data: Some(data), total, limit: 0, offset: 0, errors: None }).into_response()
}

pub(crate) fn error(status: StatusCode, msg: impl Into<String>) -> Response {
    let failure = Failure { code: status.as_u16(), msg: msg.into() };
    let envelope = Envelope::<()> { data: None, total: 0, limit: 0, offset: 0, errors: Some(vec![failure]) };
    (status, Json(envelope)).into_response()
}
