//! `/metrics` and `/healthz`.

use axum::Router;
use axum::routing::get;

use crate::exposition::{MetricsPage, ScrapeRequest};
use crate::problem::method_not_allowed;

/// A router with two paths: `/metrics` returns the registry's metrics in the format and compression that the client
/// prefers (see [`crate::exposition`]), `/healthz` returns 200.
///
/// It has no fallback: the router into which it is merged handles unknown paths.
pub fn metrics_and_health(page: impl Into<MetricsPage>) -> Router {
    let page = page.into();
    Router::new()
        .route(
            "/metrics",
            get(move |request: ScrapeRequest| async move { request.respond(|format| page.chunks(format)) }),
        )
        .route("/healthz", get(|| async { "ok\n" }))
        .method_not_allowed_fallback(method_not_allowed)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Method, Request, StatusCode, header};
    use http_body_util::BodyExt;
    use prometheus::Registry;
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
