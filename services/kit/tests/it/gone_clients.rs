//! Clients that go before the end of their request.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

const GRACE: Duration = Duration::from_secs(600);

/// The head of a request that announces more than comes.
const HTTP1: &[u8] = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf";

/// A preface, empty settings, and a request without an end: POST, http, /, and no more.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \0\0\0\x04\0\0\0\0\0\
    \0\0\x0e\x01\x04\0\0\0\x01\x83\x86\x84\x41\x09localhost";

#[derive(Debug, PartialEq)]
enum Seen {
    Entered,
    /// That the body is over; whether by an error.
    Told(bool),
    Dropped,
}

struct OnDrop(UnboundedSender<Seen>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(Seen::Dropped);
    }
}

/// What becomes of a handler that waits for the whole request, if its client goes after sending this much.
async fn fate(sent: &'static [u8]) -> Seen {
    let (sender, mut receiver) = unbounded_channel();
    let handler = post(move |request: Request| async move {
        let _ = sender.send(Seen::Entered);
        let _on_drop = OnDrop(sender.clone());
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        let _ = sender.send(Seen::Told(body.is_err()));
    });
    let app = Router::new().route("/", handler);
    let server =
        testkit::start(|listener, shutdown| kit::server::serve(listener, app, shutdown, GRACE)).await;
    let mut client = TcpStream::connect(server.addr()).await.expect("server accepts connections");
    client.write_all(sent).await.expect("half a request is sent");
    assert_eq!(receiver.recv().await, Some(Seen::Entered));
    drop(client);
    let fate = receiver.recv().await.expect("something becomes of it");
    server.stop().await;
    fate
}

#[tokio::test]
async fn over_http2_the_handler_is_dropped_and_not_told() {
    assert_eq!(fate(HTTP2).await, Seen::Dropped);
}

#[tokio::test]
async fn over_http1_the_handler_is_told() {
    assert_eq!(fate(HTTP1).await, Seen::Told(true));
}
