//! Responses of Jaeger 2.13.0, recorded with spans of the lab's services.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::get;
use clients::fetch::Fetch;
use clients::jaeger::{Jaeger, Span};
use testkit::Running;

const ECHO: &str = "0af7651916cd43dd8448eb211c80319c";
const FAILED: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
/// The parent that the recorded requests were sent with.
const CALLER: &str = "b7ad6b7169203331";

/// Jaeger, with the recorded spans or without any.
async fn jaeger(services: &'static str) -> (Running<std::io::Result<()>>, Jaeger) {
    let trace = async |Path(id): Path<String>| match id.as_str() {
        ECHO => (StatusCode::OK, include_str!("../recorded/trace.json")),
        FAILED => (StatusCode::OK, include_str!("../recorded/failed-trace.json")),
        _ => (StatusCode::NOT_FOUND, include_str!("../recorded/unknown-trace.json")),
    };
    let search = async |Query(query): Query<BTreeMap<String, String>>| {
        if query["service"] == "echo-server" {
            include_str!("../recorded/trace.json")
        } else {
            include_str!("../recorded/no-traces.json")
        }
    };
    let router = Router::new()
        .route("/api/services", get(move || async move { services }))
        .route("/api/traces", get(search))
        .route("/api/traces/{id}", get(trace));
    let server = testkit::start(|listener, shutdown| async move {
        axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await
    })
    .await;
    let client = Jaeger::new(Fetch::new().unwrap(), &server.url(""));
    (server, client)
}

/// The names of the spans from the caller's request down to a span without children.
fn path(spans: &[Span]) -> Vec<String> {
    let mut parent = CALLER;
    let mut names = Vec::new();
    while let Some(child) = spans.iter().find(|span| span.parent.as_deref() == Some(parent)) {
        names.push(format!("{} {}", child.service, child.kind()));
        parent = &child.id;
    }
    names
}

#[tokio::test]
async fn services_are_sorted_and_none_is_an_empty_list() {
    let (_server, client) = jaeger(include_str!("../recorded/services.json")).await;
    assert_eq!(client.services().await.unwrap(), ["echo-server", "envoy", "order-service", "web-client"]);
    let (_server, client) = jaeger(include_str!("../recorded/no-services.json")).await;
    assert!(client.services().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_trace_has_the_path_of_its_request_with_kinds_and_events() {
    let (_server, client) = jaeger("{}").await;
    let spans = client.trace(ECHO).await.unwrap();
    let expected =
        ["envoy server", "web-client server", "web-client client", "envoy server", "echo-server server"];
    assert_eq!(path(&spans), expected);
    assert!(!spans.iter().any(Span::failed));
    let handler = spans.iter().find(|span| span.service == "echo-server").unwrap();
    assert_eq!(handler.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["echo"]);
}

#[tokio::test]
async fn each_span_of_a_failed_request_has_failed() {
    let (_server, client) = jaeger("{}").await;
    let spans = client.trace(FAILED).await.unwrap();
    assert_eq!(path(&spans).len(), spans.len());
    assert!(spans.iter().all(Span::failed), "{spans:#?}");
}

#[tokio::test]
async fn an_unknown_trace_and_a_search_without_results_are_empty() {
    let (_server, client) = jaeger("{}").await;
    assert!(client.trace("abc").await.unwrap().is_empty());
    assert!(client.traces(&[("service", "web-client")]).await.unwrap().is_empty());
    let found = client.traces(&[("service", "echo-server")]).await.unwrap();
    assert_eq!(
        found.iter().map(|trace| (trace.id.as_str(), trace.spans.len())).collect::<Vec<_>>(),
        [(ECHO, 5)]
    );
}
