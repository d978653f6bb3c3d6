//! `/metrics` and `/healthz`.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Registry, TextEncoder};

use crate::problem::{Problem, method_not_allowed};

/// Prometheus' text format, version 0.0.4.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A router with two paths: `/metrics` returns the registry's metrics in Prometheus' text format 0.0.4, `/healthz`
/// returns 200.
///
/// It has no fallback: the router into which it is merged handles unknown paths.
pub fn metrics_and_health(registry: Registry) -> Router {
    Router::new()
        .route("/metrics", get(move || async move { metrics(&registry) }))
        .route("/healthz", get(|| async { "ok\n" }))
        .method_not_allowed_fallback(method_not_allowed)
}

fn metrics(registry: &Registry) -> Response {
    match TextEncoder::new().encode_to_string(&registry.gather()) {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot encode metrics");
            let detail = format!("cannot encode metrics: {error}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Method, Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn send(method: Method, path: &str) -> (StatusCode, String, String) {
        let registry = Registry::new();
        let counter = prometheus::IntCounter::new("cups_total", "Cups of tea.").expect("valid name");
        registry.register(Box::new(counter.clone())).expect("registered once");
        counter.inc();
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("valid request");
        let response = metrics_and_health(registry).oneshot(request).await.expect("infallible");
        let status = response.status();
        let content_type = response.headers()[header::CONTENT_TYPE].to_str().expect("ASCII").to_owned();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, content_type, String::from_utf8(body.into()).expect("UTF-8"))
    }

    #[tokio::test]
    async fn metrics_are_in_text_format_0_0_4() {
        let (status, content_type, body) = send(Method::GET, "/metrics").await;
        assert_eq!(
            (status, content_type.as_str()),
            (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8")
        );
        assert_eq!(body, "# HELP cups_total Cups of tea.\n# TYPE cups_total counter\ncups_total 1\n");
    }

    #[tokio::test]
    async fn healthz_returns_200() {
        let (status, _, body) = send(Method::GET, "/healthz").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "ok\n"));
    }

    #[tokio::test]
    async fn other_methods_are_405_with_a_problem_document() {
        let (status, content_type, _) = send(Method::POST, "/metrics").await;
        assert_eq!(
            (status, content_type.as_str()),
            (StatusCode::METHOD_NOT_ALLOWED, "application/problem+json")
        );
    }
}
