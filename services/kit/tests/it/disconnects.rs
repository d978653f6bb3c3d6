//! Clients that disconnect before the end of their request.

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::support::serve;

/// An HTTP/1 request that announces a longer body than it has.
const HTTP1: &[u8] = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf";

/// An HTTP/2 preface, empty settings, and the headers of `POST /` without `END_STREAM`.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \0\0\0\x04\0\0\0\0\0\
    \0\0\x0e\x01\x04\0\0\0\x01\x83\x86\x84\x41\x09localhost";

#[derive(Debug, PartialEq)]
enum HandlerEvent {
    Started,
    BodyEnded { with_error: bool },
    Dropped,
}

struct OnDrop(UnboundedSender<HandlerEvent>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        let _ = self.0.send(HandlerEvent::Dropped);
    }
}

/// The next event of a handler that is reading its body when the client disconnects after sending `bytes`.
async fn event_after_disconnect(bytes: &'static [u8]) -> HandlerEvent {
    let (sender, mut events) = unbounded_channel();
    let handler = post(move |request: Request| async move {
        let _ = sender.send(HandlerEvent::Started);
        let _on_drop = OnDrop(sender.clone());
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
        let _ = sender.send(HandlerEvent::BodyEnded { with_error: body.is_err() });
    });
    let app = Router::new().route("/", handler);
    let server = serve(app).await;
    let mut client = TcpStream::connect(server.addr()).await.expect("a connection");
    client.write_all(bytes).await.expect("an incomplete request");
    assert_eq!(events.recv().await, Some(HandlerEvent::Started));
    drop(client);
    let event = events.recv().await.expect("an event");
    server.stop().await;
    event
}

#[tokio::test]
async fn drops_the_handler_over_http2_without_an_error_in_its_body() {
    assert_eq!(event_after_disconnect(HTTP2).await, HandlerEvent::Dropped);
}

#[tokio::test]
async fn fails_the_body_over_http1() {
    assert_eq!(event_after_disconnect(HTTP1).await, HandlerEvent::BodyEnded { with_error: true });
}
