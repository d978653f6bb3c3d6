//! Requests that every HTTP server must refuse, and clients whose connections it must close.

use std::net::SocketAddr;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Maximum time to wait for a response or for the end of a connection.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A response as text: HTTP/1 over a connection of its own, read to its end.
#[derive(Debug, Clone)]
pub struct RawResponse {
    /// The status and the headers, in lower case.
    pub head: String,
    /// The body, not decoded.
    pub body: String,
}

impl RawResponse {
    /// The status code.
    ///
    /// # Panics
    ///
    /// If there is no response.
    #[must_use]
    #[track_caller]
    pub fn status(&self) -> u16 {
        let code = self.head.split(' ').nth(1).and_then(|code| code.parse().ok());
        code.unwrap_or_else(|| panic!("no response, received {:?}", self.head))
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&prefix))
    }
}

/// Sends `request` as it is, and reads until the server closes the connection.
///
/// # Panics
///
/// If the server does not close the connection in time.
pub async fn send(addr: SocketAddr, request: &[u8]) -> RawResponse {
    let mut stream = TcpStream::connect(addr).await.expect("a connection");
    stream.write_all(request).await.expect("the request is sent");
    let mut bytes = Vec::new();
    // A server that closes with unread bytes resets the connection after its response.
    let _ = timeout(TIMEOUT, stream.read_to_end(&mut bytes)).await.expect("the server closes the connection");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    RawResponse { head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// Asserts that the server refuses invalid, foreign and cross-site requests before any handler.
///
/// # Panics
///
/// If it does not.
pub async fn assert_refuses_hostile_requests(addr: SocketAddr) {
    let host = format!("Host: {addr}\r\n");
    let get = |headers: &str| format!("GET / HTTP/1.1\r\n{headers}");
    let post = |headers: &str| format!("POST / HTTP/1.1\r\n{host}Content-Length: 0\r\n{headers}");
    let evil = "Host: evil.example\r\n";
    for (request, status) in [
        (get(""), 400),
        (get(&format!("{host}{host}")), 400),
        (get(&format!("{host}{evil}")), 400),
        (get("Host: \r\n"), 400),
        (get("Host: a b\r\n"), 400),
        (get("Host: me@localhost\r\n"), 400),
        (get("Host: localhost:99999\r\n"), 400),
        (format!("GET http://evil.example/ HTTP/1.1\r\n{host}"), 400),
        (post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400),
        (format!("POST / HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), 400),
        (post("Content-Type: text/plain\r\nContent-Type: application/json\r\n"), 400),
        (post("Idempotency-Key: 1\r\nIdempotency-Key: 1\r\n"), 400),
        (post("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400),
        (get(evil), 421),
        (get("Host: localhost.evil.example\r\n"), 421),
        (format!("POST / HTTP/1.1\r\n{evil}Content-Length: 0\r\n"), 421),
        (format!("GET / HTTP/1.1\r\n{evil}Content-Type: application/grpc\r\n"), 421),
        ("GET / HTTP/1.0\r\n".to_owned(), 421),
        (post("Sec-Fetch-Site: cross-site\r\n"), 403),
        (post("Sec-Fetch-Site: same-site\r\n"), 403),
        (post("Origin: http://evil.example\r\n"), 403),
        (post("Origin: null\r\n"), 403),
        (post(&format!("Origin: http://{addr}\r\nSec-Fetch-Site: cross-site\r\n")), 403),
        (get(&format!("{host}X: {}\r\n", "x".repeat(60_000))), 431),
    ] {
        let response = send(addr, format!("{request}Connection: close\r\n\r\n").as_bytes()).await;
        assert_eq!(response.status(), status, "{request}");
        let kind = response.header("content-type");
        assert_eq!(kind, Some("application/problem+json"), "{request}");
        assert!(response.body.contains(&format!("\"status\":{status}")), "{request}: {}", response.body);
    }
    // The HTTP library refuses these without a body.
    for headers in ["Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: -1\r\n", "Bad Name: x\r\n"]
    {
        let request = format!("POST / HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n");
        assert_eq!(send(addr, request.as_bytes()).await.status(), 400, "{headers}");
    }
    assert_eq!(over_http2(addr, "localhost:1").await, StatusCode::BAD_REQUEST, "authority and host differ");
}

/// Asserts that `/healthz` is reachable under any name, and that its methods behave as HTTP requires.
///
/// # Panics
///
/// If it is not, or they do not.
pub async fn assert_serves_healthz(addr: SocketAddr) {
    let request = async |method: &str, host: &str| {
        let request = format!("{method} /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        send(addr, request.as_bytes()).await
    };
    let own = addr.to_string();
    let get = request("GET", "evil.example").await;
    assert_eq!((get.status(), &*get.body), (200, "ok\n"), "reachable under any name");
    let head = request("HEAD", &own).await;
    let headers = |response: &RawResponse| {
        let mut lines: Vec<_> = response.head.lines().filter(|line| !line.starts_with("date:")).collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    assert_eq!((headers(&head), &*head.body), (headers(&get), ""), "HEAD");
    assert_eq!(head.header("content-length"), Some("3"));
    let options = request("OPTIONS", &own).await;
    assert_eq!((options.status(), options.header("allow")), (204, Some("get,head,options")));
    let delete = request("DELETE", &own).await;
    assert_eq!((delete.status(), delete.header("allow")), (405, Some("get,head,options")));
}

/// The status of an HTTP/2 request to `addr` with another `host` header.
async fn over_http2(addr: SocketAddr, host: &str) -> StatusCode {
    let stream = TcpStream::connect(addr).await.expect("a connection");
    let (mut client, connection) = h2::client::handshake(stream).await.expect("a handshake");
    let task = tokio::spawn(connection);
    let request = Request::get(format!("http://{addr}/")).header("host", host).body(()).expect("a request");
    let (response, _) = client.send_request(request, true).expect("an open connection");
    let status =
        timeout(TIMEOUT, response).await.expect("in time").map(|response: Response<_>| response.status());
    task.abort();
    status.expect("a response")
}

/// Asserts that a server with short timeouts closes connections that send nothing, an incomplete head, HTTP/2's preface or an
/// incomplete body, or that stay idle.
///
/// # Panics
///
/// If it does not.
pub async fn assert_closes_stalled_connections(addr: SocketAddr) {
    const PREFACE: &str = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const SETTINGS: &str = "\0\0\0\x04\0\0\0\0\0";
    for silent in ["", "GET /hea", "GET /healthz HTTP/1.1\r\nHost: ", "PRI * HT", PREFACE] {
        let response = send(addr, silent.as_bytes()).await;
        // The server's own HTTP/2 preface may precede the end.
        assert!(!response.head.starts_with("http/"), "{silent:?}: {response:?}");
    }
    send(addr, format!("{PREFACE}{SETTINGS}").as_bytes()).await;
    let idle = send(addr, format!("GET /healthz HTTP/1.1\r\nHost: {addr}\r\n\r\n").as_bytes()).await;
    assert_eq!(idle.status(), 200, "a kept connection is closed after its response");
    assert_closes_slow_head(addr).await;
}

/// A client that sends a byte of its head at a time.
async fn assert_closes_slow_head(addr: SocketAddr) {
    let (mut input, mut output) = TcpStream::connect(addr).await.expect("a connection").into_split();
    let slow = tokio::spawn(async move {
        // Errors once the server has closed the connection.
        while output.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut bytes = Vec::new();
    let _ = timeout(TIMEOUT, input.read_to_end(&mut bytes)).await.expect("the server closes a slow head");
    slow.abort();
}
