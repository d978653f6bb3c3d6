//! Spans of HTTP requests.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::channel::Channel;
use kit::telemetry::trace::HttpServerLayer;
use testkit::otlp::trace::span::SpanKind;
use tower::{ServiceExt, service_fn};
use tower_layer::Layer;

use crate::support::{Is, Observed, assert_attributes, failed, only, serve};

#[tokio::test]
async fn a_request_is_a_span_named_by_its_route() {
    let observed = Observed::begin().await;
    let app = Router::new().route("/cups/{id}", get(|| async { "tea" })).layer(HttpServerLayer);
    let server = serve(app).await;
    let reply = reqwest::get(server.url("/cups/7?milk=no&sig=secret")).await.expect("a reply");
    assert_eq!(reply.text().await.expect("a body"), "tea");
    server.stop().await;
    let span = only(&observed.spans().await);
    assert_eq!((&*span.name, span.kind()), ("GET /cups/{id}", SpanKind::Server));
    let expected = [
        ("http.request.method", Is::Text("GET")),
        ("http.route", Is::Text("/cups/{id}")),
        ("http.request.method_original", Is::Missing),
        ("url.path", Is::Text("/cups/7")),
        ("url.query", Is::Text("milk=no&sig=REDACTED")),
        ("url.scheme", Is::Text("http")),
        ("network.protocol.version", Is::Text("1.1")),
        ("http.response.status_code", Is::Int(200)),
        ("error.type", Is::Missing),
    ];
    assert_attributes(&span, &expected);
    assert!(!failed(&span));
}

#[tokio::test]
async fn a_span_with_status_500_is_an_error_and_one_with_404_is_not() {
    for (path, status, error) in [("/broken", 500, Is::Text("500")), ("/nope", 404, Is::Missing)] {
        let observed = Observed::begin().await;
        let broken = get(|| async { StatusCode::INTERNAL_SERVER_ERROR });
        let server = serve(Router::new().route("/broken", broken).layer(HttpServerLayer)).await;
        reqwest::get(server.url(path)).await.expect("a reply");
        server.stop().await;
        let span = only(&observed.spans().await);
        assert_attributes(&span, &[("http.response.status_code", Is::Int(status)), ("error.type", error)]);
        assert_eq!(failed(&span), status == 500, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_method_is_reported_as_other() {
    let observed = Observed::begin().await;
    let server = serve(Router::new().layer(HttpServerLayer)).await;
    let method = reqwest::Method::from_bytes(b"BREW").expect("a token");
    reqwest::Client::new().request(method, server.url("/")).send().await.expect("a reply");
    server.stop().await;
    let span = only(&observed.spans().await);
    assert_eq!(span.name, "HTTP");
    let expected = [
        ("http.request.method", Is::Text("_OTHER")),
        ("http.request.method_original", Is::Text("BREW")),
        ("url.query", Is::Missing),
    ];
    assert_attributes(&span, &expected);
}

#[tokio::test]
async fn health_checks_and_scrapes_make_no_spans() {
    let observed = Observed::begin().await;
    let server =
        serve(kit::endpoints::metrics_and_health(prometheus::Registry::new()).layer(HttpServerLayer)).await;
    for path in ["/metrics", "/healthz"] {
        assert_eq!(reqwest::get(server.url(path)).await.expect("a reply").status(), 200);
    }
    server.stop().await;
    assert_eq!(observed.spans().await.len(), 0);
}

#[tokio::test]
async fn the_span_ends_with_the_body() {
    let observed = Observed::begin().await;
    let (mut sender, body) = Channel::<Bytes>::new(1);
    let body = Arc::new(Mutex::new(Some(body)));
    let handler =
        get(
            move || async move { Body::new(body.lock().expect("not poisoned").take().expect("one request")) },
        );
    let server = serve(Router::new().route("/", handler).layer(HttpServerLayer)).await;
    let reply = reqwest::get(server.url("/")).await.expect("a head");
    let head = SystemTime::now();
    sender.send_data(Bytes::from_static(b"late")).await.expect("the client waits");
    drop(sender);
    assert_eq!(reply.text().await.expect("a body"), "late");
    server.stop().await;
    let span = only(&observed.spans().await);
    let ended = UNIX_EPOCH + Duration::from_nanos(span.end_time_unix_nano);
    assert!(ended >= head, "{ended:?} {head:?}");
}

#[tokio::test]
async fn span_of_dropped_request_ends_when_it_is_dropped() {
    let observed = Observed::begin().await;
    let handler = service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>());
    let waiting = HttpServerLayer.layer(handler).oneshot(Request::new(Body::empty()));
    let timeout = Duration::from_millis(20);
    tokio::time::timeout(timeout, waiting).await.expect_err("no response");
    let span = only(&observed.spans().await);
    assert_attributes(&span, &[("error.type", Is::Text("canceled"))]);
    let duration = Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano);
    assert!(duration >= timeout / 2, "{duration:?}");
}
