//! A request over HTTP/2 whose headers, data and end the test chooses.

use std::io::Write;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use h2::client::ResponseFuture;
use h2::{Reason, SendStream};
use http::request::Builder;
use http::{HeaderMap, Request, StatusCode};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// `GOAWAY` with the reason `NO_ERROR`.
const GOAWAY: &[u8] = b"\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A request whose headers have been sent.
#[derive(Debug)]
pub struct RawCall {
    requests: SendStream<Bytes>,
    response: ResponseFuture,
    connection: JoinHandle<()>,
    socket: std::net::TcpStream,
}

/// A whole response.
#[derive(Debug)]
pub struct RawResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers, and the trailers if there are any.
    pub headers: HeaderMap,
    /// The data.
    pub data: Bytes,
}

/// The way a client leaves a call that it has not ended.
#[derive(Clone, Copy, Debug)]
pub enum Disconnect {
    /// The client closes the connection.
    Connection,
    /// The client sends `GOAWAY`, and closes the connection.
    GoAway,
    /// The client resets the stream.
    Reset(Reason),
}

impl Disconnect {
    /// Several ways; a reset with `NO_ERROR` is that of proxies whose own client disconnects.
    pub const ALL: [Self; 6] = [
        Self::Connection,
        Self::GoAway,
        Self::Reset(Reason::CANCEL),
        Self::Reset(Reason::INTERNAL_ERROR),
        Self::Reset(Reason::NO_ERROR),
        Self::Reset(Reason::REFUSED_STREAM),
    ];
}

/// A gRPC request for a path of a server.
pub fn request(server: SocketAddr, path: &str) -> Builder {
    Request::post(format!("http://{server}{path}")).header("content-type", "application/grpc")
}

impl RawCall {
    /// Connects, and sends the headers without `END_STREAM`.
    ///
    /// # Panics
    ///
    /// If the server is unreachable or the request is invalid.
    pub async fn open(server: SocketAddr, request: Builder) -> Self {
        let socket = std::net::TcpStream::connect(server).expect("a connection");
        socket.set_nonblocking(true).expect("non-blocking mode");
        let handle = socket.try_clone().expect("a handle");
        let socket = TcpStream::from_std(socket).expect("a runtime");
        let (client, connection) = h2::client::handshake(socket).await.expect("HTTP/2");
        let connection = tokio::spawn(async move { drop(connection.await) });
        let mut client = client.ready().await.expect("a ready connection");
        let (response, requests) =
            client.send_request(request.body(()).expect("a request"), false).expect("a stream");
        Self { requests, response, connection, socket: handle }
    }

    /// Sends data.
    ///
    /// # Panics
    ///
    /// If the stream has ended.
    pub fn send(&mut self, data: &[u8]) {
        self.requests.send_data(Bytes::copy_from_slice(data), false).expect("an open stream");
    }

    /// Ends the request, and waits for the response.
    ///
    /// # Errors
    ///
    /// If the server resets the stream or closes the connection.
    pub async fn end(mut self) -> Result<RawResponse, h2::Error> {
        // The server may have responded and reset the stream.
        let _ = self.requests.send_data(Bytes::new(), true);
        let (head, mut body) = self.response.await?.into_parts();
        let mut data = BytesMut::new();
        while let Some(chunk) = body.data().await {
            let chunk = chunk?;
            body.flow_control().release_capacity(chunk.len())?;
            data.extend_from_slice(&chunk);
        }
        let mut headers = head.headers;
        headers.extend(body.trailers().await?.unwrap_or_default());
        self.connection.abort();
        Ok(RawResponse { status: head.status, headers, data: data.freeze() })
    }

    /// Leaves the call.
    ///
    /// # Panics
    ///
    /// If the socket takes no data.
    pub fn disconnect(mut self, disconnect: Disconnect) {
        match disconnect {
            Disconnect::Connection => self.connection.abort(),
            Disconnect::GoAway => {
                self.socket.write_all(GOAWAY).expect("space in the socket's buffer");
                self.connection.abort();
            }
            Disconnect::Reset(reason) => self.requests.send_reset(reason),
        }
    }
}

impl RawResponse {
    /// A header's or trailer's text.
    ///
    /// # Panics
    ///
    /// If it is not ASCII.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }
}
