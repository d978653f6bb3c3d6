//! Shutdown of a server with open connections.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kit::shutdown::Drained;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::support::{TIMEOUT, serve};

#[tokio::test]
async fn closes_idle_connections_at_once() {
    let server = serve(Router::new().route("/", get(|| async { "hello" }))).await;
    let http1 = reqwest::Client::builder().no_proxy().http1_only().build().expect("client");
    let http2 = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().expect("client");
    for client in [&http1, &http2] {
        let response = client.get(server.url("/")).send().await.expect("a response");
        assert_eq!(response.text().await.expect("a body"), "hello");
    }
    let mut silent = TcpStream::connect(server.addr()).await.expect("a connection");
    let mut half = TcpStream::connect(server.addr()).await.expect("a connection");
    half.write_all(b"PRI * HT").await.expect("half a preface");
    // Connections are accepted in order: after this response, the two before are open.
    reqwest::get(server.url("/")).await.expect("a response");
    assert!(matches!(server.stop().await, Drained::Completed(_)));
    for stream in [&mut silent, &mut half] {
        let read = stream.read(&mut [0; 1]).await;
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}

#[tokio::test]
async fn finishes_a_request_in_flight_and_refuses_new_connections() {
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (notify, wait) = (started.clone(), finish.clone());
    let handler = get(move || async move {
        notify.notify_one();
        wait.notified().await;
        "at last"
    });
    let server = serve(Router::new().route("/", handler)).await;
    let request = tokio::spawn(reqwest::get(server.url("/")));
    started.notified().await;
    let address = server.addr();
    let stopping = tokio::spawn(server.stop());
    testkit::eventually(TIMEOUT, async || TcpStream::connect(address).await.is_err()).await;
    finish.notify_one();
    let response = request.await.expect("no panic").expect("a response");
    assert_eq!(response.text().await.expect("a body"), "at last");
    assert_eq!(stopping.await.expect("no panic"), Drained::Completed(1));
}

#[tokio::test]
async fn drops_the_handlers_that_outlast_the_grace_period_before_it_returns() {
    for http2 in [false, true] {
        let resource = Arc::new(());
        let started = Arc::new(Notify::new());
        let (held, notify) = (resource.clone(), started.clone());
        let handler = get(move || async move {
            let _held = held;
            notify.notify_one();
            std::future::pending::<()>().await;
        });
        let app = Router::new().route("/", handler);
        let grace = Duration::from_millis(20);
        let server =
            testkit::start(|listener, shutdown| kit::server::serve(listener, app, shutdown, grace)).await;
        let builder = reqwest::Client::builder().no_proxy();
        let builder = if http2 { builder.http2_prior_knowledge() } else { builder.http1_only() };
        let request = tokio::spawn(builder.build().expect("client").get(server.url("/")).send());
        started.notified().await;
        assert_eq!(server.stop().await, Drained::TimedOut(1), "HTTP/2: {http2}");
        assert_eq!(Arc::strong_count(&resource), 1, "HTTP/2: {http2}");
        request.await.expect("no panic").expect_err("the connection was dropped");
    }
}
