//! An in-memory fake of InfluxDB's HTTP API.

mod point;

use std::fmt;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use flate2::read::GzDecoder;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::running::{Running, listener};

pub use point::Point;

/// A request that the fake received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path, such as `/write`.
    pub path: String,
    /// The query string as sent, without the question mark.
    pub query: String,
    /// All request headers.
    pub headers: HeaderMap,
    /// The lines of the decompressed body.
    pub lines: Vec<String>,
}

/// How the fake responds to a request.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// Stores every point and returns 204.
    Accept,
    /// Stores the points whose measurement does not start with `bad`, and returns this status with a partial write error.
    Partial(u16),
    /// Stores nothing and returns this status and body.
    Reject(u16, &'static str),
    /// Stores nothing and returns this status, these headers and this body.
    Respond(u16, &'static [(&'static str, &'static str)], &'static str),
    /// Stores every point, and returns 204 after this time.
    AcceptAfter(Duration),
    /// Stores every point, and returns 204 once [`Influx::release`] is called.
    Hold,
    /// Stores nothing and never responds.
    Hang,
}

type Decide = dyn FnMut(&Received) -> Reply + Send;

/// The state of the fake, which outlives its listeners. Clones share it.
#[derive(Clone)]
pub struct Influx(Arc<Mutex<Inner>>);

struct Inner {
    decide: Box<Decide>,
    requests: Vec<Received>,
    accepted: Vec<String>,
    released: CancellationToken,
}

impl fmt::Debug for Influx {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Influx").field(&self.accepted_lines()).finish()
    }
}

impl Influx {
    /// A fake that calls `decide` for each request.
    pub fn new(decide: impl FnMut(&Received) -> Reply + Send + 'static) -> Self {
        let (requests, accepted, released) = (Vec::new(), Vec::new(), CancellationToken::new());
        let inner = Inner { decide: Box::new(decide), requests, accepted, released };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// A fake that accepts every request.
    #[must_use]
    pub fn healthy() -> Self {
        Self::new(|_| Reply::Accept)
    }

    /// Listens on a free port.
    pub async fn listen(&self) -> Running<()> {
        self.listen_on(listener().await)
    }

    /// Listens on a given address, for example that of an earlier listener.
    ///
    /// # Panics
    /// If the port is in use.
    pub async fn listen_at(&self, address: SocketAddr) -> Running<()> {
        self.listen_on(TcpListener::bind(address).await.expect("the port is free"))
    }

    fn listen_on(&self, listener: TcpListener) -> Running<()> {
        let app = Router::new().fallback(handle).with_state(self.clone());
        Running::on(listener, |listener, shutdown| async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(shutdown.cancelled_owned());
            served.await.expect("the server does not fail");
        })
    }

    /// All requests in order, rejected ones included.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.with_inner(|inner| inner.requests.clone())
    }

    /// The stored lines, in order.
    #[must_use]
    pub fn accepted_lines(&self) -> Vec<String> {
        self.with_inner(|inner| inner.accepted.clone())
    }

    /// The stored points, in order.
    ///
    /// # Panics
    /// If a line is not a [`Point`].
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        self.accepted_lines().iter().map(|line| Point::parse(line)).collect()
    }

    /// Ends each [`Reply::Hold`], present and future.
    pub fn release(&self) {
        self.with_inner(|inner| inner.released.cancel());
    }

    fn with_inner<T>(&self, f: impl FnOnce(&mut Inner) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn handle(State(influx): State<Influx>, RawQuery(query): RawQuery, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // The body is incomplete if the client gave up.
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let received = Received {
        lines: decompress(&parts.headers, &body).lines().map(str::to_owned).collect(),
        path: parts.uri.path().to_owned(),
        query: query.unwrap_or_default(),
        headers: parts.headers,
    };
    let reply = influx.with_inner(|inner| inner.record(&received));
    let status = |code| StatusCode::from_u16(code).expect("a status");
    match reply {
        Reply::Accept => StatusCode::NO_CONTENT.into_response(),
        Reply::Partial(code) => {
            let bad = received.lines.iter().filter(|line| is_bad(line)).count();
            let body = format!("{{\"error\":\"partial write: field type conflict dropped={bad}\"}}");
            (status(code), body).into_response()
        }
        Reply::Reject(code, body) => (status(code), body).into_response(),
        Reply::Respond(code, headers, body) => {
            (status(code), AppendHeaders(headers.iter().copied()), body).into_response()
        }
        Reply::AcceptAfter(delay) => {
            tokio::time::sleep(delay).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Reply::Hold => {
            influx.with_inner(|inner| inner.released.clone()).cancelled().await;
            StatusCode::NO_CONTENT.into_response()
        }
        Reply::Hang => std::future::pending().await,
    }
}

impl Inner {
    fn record(&mut self, received: &Received) -> Reply {
        self.requests.push(received.clone());
        let reply = (self.decide)(received);
        let lines = received.lines.iter();
        match reply {
            Reply::Accept | Reply::AcceptAfter(_) | Reply::Hold => self.accepted.extend(lines.cloned()),
            Reply::Partial(_) => self.accepted.extend(lines.filter(|line| !is_bad(line)).cloned()),
            Reply::Reject(..) | Reply::Respond(..) | Reply::Hang => {}
        }
        reply
    }
}

fn is_bad(line: &str) -> bool {
    line.starts_with("bad")
}

fn decompress(headers: &HeaderMap, body: &Bytes) -> String {
    let mut text = String::new();
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        GzDecoder::new(&**body).read_to_string(&mut text).expect("gzip of UTF-8");
    } else {
        text.push_str(std::str::from_utf8(body).expect("UTF-8"));
    }
    text
}
