//! Requests and clients that the edge refuses or closes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use http_body_util::channel::Channel;
use hyper::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kit::server::{Edge, HttpSettings, Timeouts};
use kit::shutdown::Drained;
use prometheus::Registry;
use testkit::hostile::{
    assert_closes_stalled_connections, assert_refuses_hostile_requests, assert_serves_healthz, send,
};
use testkit::{Running, Scrape, eventually};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_stream::StreamExt;

use crate::support::{Observed, TIMEOUT};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(600);

fn timeouts() -> Timeouts {
    Timeouts { header: LONG, body: LONG, idle: LONG, write: LONG }
}

fn routes() -> Router {
    // Endless, so that any client that does not read blocks it.
    let endless = || async {
        let chunks = tokio_stream::iter(0..).map(|_| Ok::<_, Infallible>(Bytes::from(vec![b'x'; 1 << 16])));
        Body::from_stream(chunks)
    };
    Router::new()
        .route("/upload", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/endless", get(endless))
        .fallback(kit::problem::not_found)
}

async fn serve(timeouts: Timeouts) -> Running<Drained> {
    let registry = Registry::new();
    let edge = Edge::register(&registry, &HttpSettings { timeouts, ..HttpSettings::default() });
    let limits = edge.expect("registered once").limits(Duration::ZERO);
    let app = routes().merge(kit::endpoints::metrics_and_health(registry));
    testkit::start(|listener, shutdown| kit::server::serve(listener, app, shutdown, limits)).await
}

async fn closed(server: &Running<Drained>, reason: &str) -> f64 {
    Scrape::get(server.url("/metrics")).await.value("http_connections_closed_total", &[("reason", reason)])
}

#[tokio::test]
async fn hostile_requests_are_refused_and_counted() {
    let server = serve(timeouts()).await;
    assert_refuses_hostile_requests(server.addr()).await;
    assert_serves_healthz(server.addr()).await;
    let scrape = Scrape::get(server.url("/metrics")).await;
    for reason in ["malformed", "header_list_size", "host", "cross_site"] {
        assert!(scrape.value("http_server_refused_total", &[("reason", reason)]) > 0.0, "{reason}");
    }
    assert_eq!(scrape.sum("http_connections_closed_total", &[]).to_string(), "0");
}

#[tokio::test]
async fn stalled_connections_are_closed_and_counted() {
    let server = serve(Timeouts { header: SHORT, idle: SHORT, ..timeouts() }).await;
    assert_closes_stalled_connections(server.addr()).await;
    assert_eq!(closed(&server, "header_timeout").await.to_string(), "5");
    assert_eq!(closed(&server, "idle_timeout").await.to_string(), "3");
}

#[tokio::test]
async fn a_body_that_stops_or_trickles_gets_408() {
    let server = serve(Timeouts { body: SHORT, ..timeouts() }).await;
    let head = format!("POST /upload HTTP/1.1\r\nHost: {}\r\nContent-Length: 9\r\n\r\nhalf", server.addr());
    let chunked = format!(
        "POST /upload HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx",
        server.addr()
    );
    for request in [head, chunked] {
        let response = send(server.addr(), request.as_bytes()).await;
        assert_eq!((response.status(), response.header("connection")), (408, Some("close")));
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
    }
    assert_eq!(closed(&server, "body_timeout").await.to_string(), "2");
}

#[tokio::test]
async fn a_stream_whose_body_stops_gets_408_while_the_connection_serves_others() {
    let server = serve(Timeouts { body: SHORT, ..timeouts() }).await;
    let mut client = http2_client(&server).await;
    let (mut body, channel) = Channel::<Bytes>::new(1);
    let request = Request::post(server.url("/upload")).body(channel).expect("a request");
    let response = client.send_request(request);
    body.send_data(Bytes::from_static(b"half")).await.expect("an open stream");
    assert_eq!(response.await.expect("a response").status(), 408);
    let (end, channel) = Channel::<Bytes>::new(1);
    drop(end);
    let next = client.send_request(Request::get(server.url("/healthz")).body(channel).expect("a request"));
    assert_eq!(next.await.expect("a response").status(), 200);
    assert_eq!(closed(&server, "body_timeout").await.to_string(), "1");
}

async fn http2_client(server: &Running<Drained>) -> http2::SendRequest<Channel<Bytes>> {
    let stream = TcpStream::connect(server.addr()).await.expect("a connection");
    let (client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let server = serve(Timeouts { write: SHORT, ..timeouts() }).await;
    let mut stream = TcpStream::connect(server.addr()).await.expect("a connection");
    let request = format!("GET /endless HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr());
    stream.write_all(request.as_bytes()).await.expect("sent");
    eventually(TIMEOUT, async || closed(&server, "write_timeout").await > 0.0).await;
}

#[tokio::test]
async fn a_stream_that_does_not_read_is_reset_while_the_connection_serves_others() {
    let server = serve(Timeouts { write: SHORT, ..timeouts() }).await;
    let mut client = http2_client(&server).await;
    let mut get = |path: &str| {
        let (end, channel) = Channel::<Bytes>::new(1);
        drop(end);
        client.send_request(Request::get(server.url(path)).body(channel).expect("a request"))
    };
    let unread = get("/endless").await.expect("a head");
    eventually(TIMEOUT, async || closed(&server, "write_timeout").await > 0.0).await;
    assert_eq!(get("/healthz").await.expect("the connection is open").status(), 200);
    drop(unread);
}

#[tokio::test]
async fn a_request_that_reaches_no_handler_is_logged() {
    let observed = Observed::begin().await;
    let server = serve(timeouts()).await;
    for (path, host) in [("/nowhere?secret=1", "localhost"), ("/upload", "localhost"), ("/", "evil.example")]
    {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        send(server.addr(), request.as_bytes()).await;
    }
    server.stop().await;
    let lines = observed.lines();
    let refused: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "request refused")
        .map(|line| (line["url.path"].as_str().unwrap(), line["http.response.status_code"].as_u64().unwrap()))
        .collect();
    assert_eq!(refused, [("/nowhere", 404), ("/upload", 405), ("/", 421)], "{lines:#?}");
    assert_eq!(lines[0]["client.address"], "127.0.0.1");
}

#[tokio::test]
async fn a_bind_address_is_the_only_one_that_is_listened_on() {
    let settings = HttpSettings { bind_address: [127, 0, 0, 7].into(), ..HttpSettings::default() };
    let listener = Arc::new(settings.bind("--port", 0).await.expect("a free port"));
    let address = listener.local_addr().expect("bound");
    assert_eq!(address.ip().to_string(), "127.0.0.7");
    TcpStream::connect(("127.0.0.1", address.port())).await.expect_err("not listening");
}
