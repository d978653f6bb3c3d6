//! HTTP errors as problem documents (RFC 9457), and the HTTP status of each gRPC code.
//!
//! A [`Problem`] is an axum response; with the feature `grpc`, a failed call converts into one: `Problem::from(status)`.
//! Two handlers turn a router's own 404 and 405 responses into problem documents:
//!
//! ```
//! # use axum::{Router, routing::get};
//! let app = Router::new()
//!     .route("/", get(|| async { "hello" }))
//!     .method_not_allowed_fallback(kit::problem::method_not_allowed)
//!     .fallback(kit::problem::not_found);
//! # let _: Router = app;
//! ```

#[cfg(feature = "grpc")]
mod grpc;

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::telemetry::current_trace_id;

/// A problem document. Its `type` is `about:blank`: the status alone identifies the kind of problem.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status's reason phrase.
    pub title: &'static str,
    /// The response's status; a number in the document.
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// A sentence that explains this occurrence to a person.
    pub detail: String,
    /// The code of a failed gRPC call, spelled as in the metrics' label `grpc_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grpc_code: Option<String>,
    /// The current trace's id: 32 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem in the current trace, if there is one.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        // 499 is nginx's and has no registered reason phrase.
        let title = status.canonical_reason().unwrap_or("Client Closed Request");
        Self {
            kind: "about:blank",
            title,
            status,
            detail: detail.into(),
            grpc_code: None,
            trace_id: current_trace_id(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (self.status, content_type, Json(self)).into_response()
    }
}

/// Handler for axum's `Router::fallback`.
#[allow(clippy::unused_async, reason = "axum requires async handlers")]
pub async fn not_found(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no {}", uri.path()))
}

/// Handler for axum's `Router::method_not_allowed_fallback`.
#[allow(clippy::unused_async, reason = "axum requires async handlers")]
pub async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{} does not allow {method}", uri.path()))
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

    #[tokio::test]
    async fn fallbacks_return_problem_documents() {
        let app = Router::new()
            .route("/", get(|| async {}))
            .method_not_allowed_fallback(method_not_allowed)
            .fallback(not_found);
        for (method, path, status, detail) in [
            (Method::GET, "/nope?x=y", 404, "there is no /nope"),
            (Method::POST, "/", 405, "/ does not allow POST"),
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
