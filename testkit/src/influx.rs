//! A stand-in for InfluxDB that remembers what it took.

mod point;

use std::fmt;
use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use tokio::net::TcpListener;

use crate::running::{Running, listener};

pub use point::Point;

/// A request that reached the stand-in.
#[derive(Clone, Debug)]
pub struct Received {
    /// Such as `/write`.
    pub path: String,
    /// As it was sent, without the question mark.
    pub query: String,
    /// All of them.
    pub headers: HeaderMap,
    /// Of the body, unpacked.
    pub lines: Vec<String>,
}

/// What the stand-in does with a request.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Takes the points.
    Take,
    /// Takes those points alone whose measurement does not begin with `bad`, and says so with this status.
    Partly(u16),
    /// Takes nothing, and answers with this status and body.
    Refuse(u16, &'static str),
    /// Takes nothing, and never answers.
    Silence,
}

type Decide = dyn FnMut(&Received) -> Answer + Send;

/// What there is of an InfluxDB, whether it listens or not. A clone is the same.
#[derive(Clone)]
pub struct Influx(Arc<Mutex<Inner>>);

struct Inner {
    decide: Box<Decide>,
    requests: Vec<Received>,
    taken: Vec<String>,
}

impl fmt::Debug for Influx {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Influx").field(&self.taken()).finish()
    }
}

impl Influx {
    /// Does with each request as it is told.
    pub fn new(decide: impl FnMut(&Received) -> Answer + Send + 'static) -> Self {
        let inner = Inner { decide: Box::new(decide), requests: Vec::new(), taken: Vec::new() };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// Takes everything.
    #[must_use]
    pub fn healthy() -> Self {
        Self::new(|_| Answer::Take)
    }

    /// Listens on a free port.
    pub async fn listen(&self) -> Running<()> {
        self.listen_on(listener().await)
    }

    /// Listens where one was before.
    ///
    /// # Panics
    /// If the port is in use.
    pub async fn listen_again(&self, address: SocketAddr) -> Running<()> {
        self.listen_on(TcpListener::bind(address).await.expect("the port is still free"))
    }

    fn listen_on(&self, listener: TcpListener) -> Running<()> {
        let app = Router::new().fallback(answer).with_state(self.clone());
        Running::on(listener, |listener, shutdown| async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(shutdown.cancelled_owned());
            served.await.expect("it serves");
        })
    }

    /// All requests, whatever became of them, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.inner(|inner| inner.requests.clone())
    }

    /// The lines that it took, in their order.
    #[must_use]
    pub fn taken(&self) -> Vec<String> {
        self.inner(|inner| inner.taken.clone())
    }

    /// What the lines say that it took.
    ///
    /// # Panics
    /// If a line is no point.
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        self.taken().iter().map(|line| Point::parse(line)).collect()
    }

    fn inner<T>(&self, with: impl FnOnce(&mut Inner) -> T) -> T {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn answer(State(influx): State<Influx>, RawQuery(query): RawQuery, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // A client that gave up sends the rest no more.
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let received = Received {
        lines: text(&parts.headers, &body).lines().map(str::to_owned).collect(),
        path: parts.uri.path().to_owned(),
        query: query.unwrap_or_default(),
        headers: parts.headers,
    };
    let answer = influx.inner(|inner| inner.answer(&received));
    let status = |code| StatusCode::from_u16(code).expect("a status");
    match answer {
        Answer::Take => StatusCode::NO_CONTENT.into_response(),
        Answer::Partly(code) => {
            let bad = received.lines.iter().filter(|line| is_bad(line)).count();
            let body = format!("{{\"error\":\"partial write: field type conflict dropped={bad}\"}}");
            (status(code), body).into_response()
        }
        Answer::Refuse(code, body) => (status(code), body).into_response(),
        Answer::Silence => std::future::pending().await,
    }
}

impl Inner {
    /// Decides, and remembers.
    fn answer(&mut self, received: &Received) -> Answer {
        self.requests.push(received.clone());
        let answer = (self.decide)(received);
        let lines = received.lines.iter();
        match answer {
            Answer::Take => self.taken.extend(lines.cloned()),
            Answer::Partly(_) => self.taken.extend(lines.filter(|line| !is_bad(line)).cloned()),
            Answer::Refuse(..) | Answer::Silence => {}
        }
        answer
    }
}

fn is_bad(line: &str) -> bool {
    line.starts_with("bad")
}

fn text(headers: &HeaderMap, body: &Bytes) -> String {
    let mut text = String::new();
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        GzDecoder::new(&**body).read_to_string(&mut text).expect("gzip of UTF-8");
    } else {
        text.push_str(std::str::from_utf8(body).expect("UTF-8"));
    }
    text
}
