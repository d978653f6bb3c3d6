//! An echo call whose request body the test sends byte by byte.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Collected};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// `Message { message: "hi" }` as an uncompressed gRPC frame of four bytes.
pub(crate) const HI: &[u8] = b"\0\0\0\0\x04\x0a\x02hi";

/// A call whose headers have been sent.
pub(crate) struct Call {
    pub(crate) body: Sender<Bytes>,
    pub(crate) response: JoinHandle<hyper::Result<Response<Incoming>>>,
    /// Keeps the connection open after the call.
    _client: http2::SendRequest<Channel<Bytes>>,
    /// The connection's task, which ends when the connection closes.
    pub(crate) connection: JoinHandle<hyper::Result<()>>,
}

/// A connection, and a second handle of its socket with which the test can close it.
pub(crate) fn connect(address: SocketAddr) -> (TcpStream, std::net::TcpStream) {
    let socket = std::net::TcpStream::connect(address).expect("a connection");
    socket.set_nonblocking(true).expect("non-blocking mode");
    let handle = socket.try_clone().expect("a handle");
    (TcpStream::from_std(socket).expect("a runtime"), handle)
}

pub(crate) async fn call(address: SocketAddr) -> Call {
    call_over(connect(address).0).await
}

pub(crate) async fn call_over(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Call {
    let (mut client, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(io)).await.expect("handshake");
    let connection = tokio::spawn(connection);
    let (body, channel) = Channel::<Bytes>::new(4);
    let request = Request::post("http://localhost/proto.EchoService/EchoService")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(channel)
        .expect("valid request");
    let kept = client.clone();
    let response = tokio::spawn(async move { client.send_request(request).await });
    Call { body, response, _client: kept, connection }
}

impl Call {
    pub(crate) async fn send(&mut self, bytes: &'static [u8]) {
        self.body.send_data(Bytes::from_static(bytes)).await.expect("an open call");
    }

    /// Ends the request; returns the response's body and trailers.
    pub(crate) async fn finish(self) -> (Bytes, HeaderMap) {
        drop(self.body);
        let response = self.response.await.expect("no panic").expect("a response");
        let collected: Collected<Bytes> = response.into_body().collect().await.expect("the whole response");
        let trailers = collected.trailers().cloned().unwrap_or_default();
        (collected.to_bytes(), trailers)
    }
}
