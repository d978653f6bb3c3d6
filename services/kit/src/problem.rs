//! HTTP errors as problem documents (RFC 9457), and gRPC codes as HTTP statuses.
//!
//! A [`Problem`] is an axum reply, also for a call that failed: `Problem::from(status)`. A router's own replies become
//! problems, too, with the two handlers for its fallbacks:
//!
//! ```
//! # use axum::{Router, routing::get};
//! let app = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .method_not_allowed_fallback(crate::problem::method_not_allowed)
//!     .fallback(crate::problem::not_found);
//! # let _: Router = app;
//! ```

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use serde::Serialize;
use tonic::{Code, Status};

/// What went wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// A number in the document.
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// A sentence for people.
    pub detail: String,
    /// Of a call that failed; as the label `grpc_code` of metrics spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc_code: Option<String>,
    /// The trace that it happened in, if any; 32 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem in the trace that is current.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        // 499 is nginx's, and has no phrase in the registry.
        let title = status.canonical_reason().unwrap_or("Client Closed Request");
        let context = Context::current();
        let trace = context.span().span_context().clone();
        Self {
            kind: "about:blank",
            title,
            status,
            detail: detail.into(),
            grpc_code: None,
            trace_id: trace.is_valid().then(|| trace.trace_id().to_string()),
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

/// For axum's `Router::fallback`.
#[allow(clippy::unused_async, reason = "axum calls for async handlers")]
pub async fn not_found(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no {}", uri.path()))
}

/// For axum's `Router::method_not_allowed_fallback`.
#[allow(clippy::unused_async, reason = "axum calls for async handlers")]
pub async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} cannot be asked with {method}", uri.path()))
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
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use serde_json::{Value, json};
    use tower::ServiceExt;

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

    #[tokio::test]
    async fn what_a_router_does_not_know_is_a_problem() {
        let app = Router::new()
            .route("/", get(|| async {}))
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(not_found);
        for (method, path, status, detail) in [
            (Method::GET, "/nope?x=y", 404, "there is no /nope"),
            (Method::POST, "/", 405, "/ cannot be asked with POST"),
        ] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
            let title = response.status().canonical_reason();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let expected =
                json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
            assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
        }
    }
}
