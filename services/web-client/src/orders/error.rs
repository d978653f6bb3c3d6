//! Errors of a request, with the errors of its fields if they are known.

use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kit::problem::Problem;
use kit::text::InvalidField;
use serde::Serialize;
use tonic::Status;
use tonic_types::StatusExt;

/// A problem document with a member `errors`.
#[derive(Debug, Serialize)]
pub(super) struct RequestError {
    #[serde(flatten)]
    pub(super) problem: Box<Problem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<FieldError>,
}

/// The JSON form of `google.rpc.BadRequest.FieldViolation`.
#[derive(Debug, Serialize)]
pub(super) struct FieldError {
    /// Its path, such as `items[0].quantity`.
    pub(super) field: String,
    pub(super) description: String,
}

impl RequestError {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { problem: Problem::new(status, detail).into(), errors: Vec::new() }
    }

    /// The error for fields that cannot be parsed.
    pub(super) fn of(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "the request has fields that cannot be read") }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.problem.status
    }
}

impl From<Status> for RequestError {
    fn from(status: Status) -> Self {
        let violations = status.get_details_bad_request().map(|details| details.field_violations);
        let errors = violations
            .unwrap_or_default()
            .into_iter()
            .map(|violation| FieldError { field: violation.field, description: violation.description })
            .collect();
        let problem = Problem::from(status);
        // A client's error does not concern this service's operators: log it as information.
        let code = problem.grpc_code.as_deref();
        if problem.status.is_server_error() {
            tracing::warn!(grpc_code = code, "{}", problem.detail);
        } else {
            tracing::info!(grpc_code = code, "{}", problem.detail);
        }
        Self { problem: problem.into(), errors }
    }
}

impl From<BytesRejection> for RequestError {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<PathRejection> for RequestError {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

/// The rejection of a query string.
impl From<Problem> for RequestError {
    fn from(problem: Problem) -> Self {
        Self { problem: problem.into(), errors: Vec::new() }
    }
}

impl From<InvalidField> for RequestError {
    fn from(InvalidField { name, reason }: InvalidField) -> Self {
        Self::of(vec![FieldError { field: name, description: reason.to_string() }])
    }
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        let kind = HeaderValue::from_static("application/problem+json");
        (self.status(), [(header::CONTENT_TYPE, kind)], Json(self)).into_response()
    }
}
