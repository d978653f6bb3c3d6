//! Errors as problem documents (RFC 9457), and gRPC codes as HTTP statuses.

use axum::Json;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tonic::{Code, Status};

/// What went wrong, for programs; the page shows the same to people.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(crate) title: &'static str,
    #[serde(serialize_with = "as_number")]
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// As the label `grpc_code` spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grpc_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace_id: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        // 499 is nginx's, and has no phrase in the registry.
        let title = status.canonical_reason().unwrap_or("Client Closed Request");
        Self {
            kind: "about:blank",
            title,
            status,
            detail: detail.into(),
            grpc_code: None,
            trace_id: telemetry::current_trace_id(),
        }
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let code = spelled(status.code());
        let detail = format!("the call ended with {code}: {}", status.message());
        Self { grpc_code: Some(code), ..Self::new(http_status(status.code()), detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, kind, Json(self)).into_response()
    }
}

pub(crate) async fn not_found(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no {}", uri.path()))
}

pub(crate) async fn method_not_allowed(uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} is only to be read (GET)", uri.path()))
}

/// Go's spelling, as in the metrics; tonic's differs in two.
fn spelled(code: Code) -> String {
    match code {
        Code::Ok => "OK".to_owned(),
        Code::Cancelled => "Canceled".to_owned(),
        other => format!("{other:?}"),
    }
}

/// As `google.rpc.Code` says beside each code.
fn http_status(code: Code) -> StatusCode {
    let number = match code {
        Code::Ok => 200,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
    };
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_status_and_spelling() {
        let expected = [
            (200, "OK"),
            (499, "Canceled"),
            (500, "Unknown"),
            (400, "InvalidArgument"),
            (504, "DeadlineExceeded"),
            (404, "NotFound"),
            (409, "AlreadyExists"),
            (403, "PermissionDenied"),
            (429, "ResourceExhausted"),
            (400, "FailedPrecondition"),
            (409, "Aborted"),
            (400, "OutOfRange"),
            (501, "Unimplemented"),
            (500, "Internal"),
            (503, "Unavailable"),
            (500, "DataLoss"),
            (401, "Unauthenticated"),
        ];
        for (number, (status, spelling)) in (0..).zip(expected) {
            let code = Code::from_i32(number);
            assert_eq!((http_status(code).as_u16(), spelled(code).as_str()), (status, spelling));
        }
    }
}
