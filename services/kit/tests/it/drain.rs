//! The end: who is waited for, and who is not.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kit::shutdown::Drained;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Longer than a test may take.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn idle_connections_are_closed_and_not_waited_for() {
    let app = Router::new().route("/", get(|| async { "hello" }));
    let server = testkit::start(|listener, shutdown| kit::server::serve(listener, app, shutdown, LONG)).await;
    let http1 = reqwest::Client::builder().no_proxy().http1_only().build().expect("client");
    let http2 = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().expect("client");
    for client in [&http1, &http2] {
        let reply = client.get(server.url("/")).send().await.expect("a reply");
        assert_eq!(reply.text().await.expect("a body"), "hello");
    }
    let mut silent = TcpStream::connect(server.addr()).await.expect("connected");
    let mut half = TcpStream::connect(server.addr()).await.expect("connected");
    half.write_all(b"PRI * HT").await.expect("half a preface");
    // Accepted in turn: with this reply, the two before have been.
    reqwest::get(server.url("/")).await.expect("a reply");
    assert!(matches!(server.stop().await, Drained::Completed(_)));
    for stream in [&mut silent, &mut half] {
        let read = stream.read(&mut [0; 1]).await;
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}

#[tokio::test]
async fn a_request_in_flight_is_waited_for() {
    let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (entered.clone(), go.clone());
    let handler = get(move || async move {
        tell.notify_one();
        wait.notified().await;
        "at last"
    });
    let app = Router::new().route("/", handler);
    let server = testkit::start(|listener, shutdown| kit::server::serve(listener, app, shutdown, LONG)).await;
    let request = tokio::spawn(reqwest::get(server.url("/")));
    entered.notified().await;
    let address = server.addr();
    let stopping = tokio::spawn(server.stop());
    testkit::eventually(Duration::from_secs(20), async || TcpStream::connect(address).await.is_err()).await;
    go.notify_one();
    let reply = request.await.expect("no panic").expect("a reply");
    assert_eq!(reply.text().await.expect("a body"), "at last");
    assert_eq!(stopping.await.expect("no panic"), Drained::Completed(1));
}

#[tokio::test]
async fn after_the_grace_period_handlers_are_dropped_before_the_end() {
    for http2 in [false, true] {
        let held = Arc::new(());
        let entered = Arc::new(Notify::new());
        let (hold, tell) = (held.clone(), entered.clone());
        let handler = get(move || async move {
            let _hold = hold;
            tell.notify_one();
            std::future::pending::<()>().await;
        });
        let app = Router::new().route("/", handler);
        let grace = Duration::from_millis(20);
        let server =
            testkit::start(|listener, shutdown| kit::server::serve(listener, app, shutdown, grace)).await;
        let builder = reqwest::Client::builder().no_proxy();
        let builder = if http2 { builder.http2_prior_knowledge() } else { builder.http1_only() };
        let request = tokio::spawn(builder.build().expect("client").get(server.url("/")).send());
        entered.notified().await;
        assert_eq!(server.stop().await, Drained::TimedOut(1), "HTTP/2: {http2}");
        assert_eq!(Arc::strong_count(&held), 1, "HTTP/2: {http2}");
        request.await.expect("no panic").expect_err("cut");
    }
}
