//! A service over HTTP and one over gRPC, whose handlers report the context of the calls that they make.

use std::convert::Infallible;

use axum::Router;
use axum::routing::post;
use grpc_telemetry::trace::Tracer;
use grpc_telemetry::{ClientLayer, ServerLayer};
use http::{HeaderMap, Request, Response};
use kit::shutdown::Drained;
use kit::telemetry::trace::HttpServerLayer;
use testkit::Running;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::{ServiceExt, service_fn};
use tower_layer::Layer;

use crate::support::{Observed, serve};

pub(super) const TRACE: &str = "12345678901234567890123456789012";
pub(super) const VALID: &str = "00-12345678901234567890123456789012-1234567890123456-01";

/// The outgoing context of a handler's calls, a line each: `traceparent`, a space, and `tracestate`.
async fn calls() -> String {
    let callee = service_fn(async |request: Request<tonic::body::Body>| {
        let mut response = Response::new(());
        *response.headers_mut() = request.headers().clone();
        Ok::<_, Infallible>(response)
    });
    let mut lines = String::new();
    for _ in 0..3 {
        let traced =
            ClientLayer::new(Tracer::new()).layer(service_fn(async |request: Request<tonic::body::Body>| {
                let headers = callee.oneshot(request).await?.into_parts().0.headers;
                Ok::<_, Infallible>(Response::new(line(&headers)))
            }));
        let request = Request::new(tonic::body::Body::empty());
        let response = traced.oneshot(request).await.expect("infallible");
        let body = http_body_util::BodyExt::collect(response.into_body()).await.expect("infallible");
        lines += std::str::from_utf8(&body.to_bytes()).expect("ASCII");
    }
    lines
}

fn line(headers: &HeaderMap) -> String {
    let all =
        |name| headers.get_all(name).iter().map(|value| value.to_str().expect("ASCII")).collect::<Vec<_>>();
    let (parents, states) = (all("traceparent"), all("tracestate"));
    assert!(states.iter().all(|state| !state.is_empty()), "an empty tracestate");
    format!("{} {}\n", parents.join("+"), states.join("+"))
}

/// The context of an outgoing call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) trace: String,
    pub(super) parent: String,
    pub(super) sampled: bool,
    pub(super) state: String,
}

pub(super) struct Service {
    server: Running<Drained>,
    path: &'static str,
    content_type: &'static str,
}

impl Service {
    /// The services, and their telemetry.
    pub(super) async fn start() -> ([Self; 2], Observed) {
        let observed = Observed::begin().await;
        let http = Router::new().route("/", post(calls)).layer(HttpServerLayer);
        let http = Self { server: serve(http).await, path: "/", content_type: "text/plain" };
        let path = "/test.Service/Method";
        let grpc = Router::new().route(path, post(calls)).layer(ServerLayer::new(Tracer::new()));
        let grpc = Self { server: serve(grpc).await, path, content_type: "application/grpc" };
        ([http, grpc], observed)
    }

    /// The calls that a request with these headers causes. It is sent as it is, with its whitespace.
    pub(super) async fn request(&self, headers: &[(&str, &str)]) -> Vec<Sent> {
        let mut stream = TcpStream::connect(self.server.addr()).await.expect("a connection");
        let mut request = format!("POST {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n", self.path);
        request += &format!("content-type: {}\r\ncontent-length: 0\r\n", self.content_type);
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all((request + "\r\n").as_bytes()).await.expect("sent");
        let mut response = String::new();
        stream.read_to_string(&mut response).await.expect("a response");
        let sent: Vec<_> = response.lines().filter_map(parse).collect();
        assert_eq!(sent.len(), 3, "{headers:?}: {response}");
        sent
    }

    pub(super) async fn one(&self, headers: &[(&str, &str)]) -> Sent {
        self.request(headers).await.swap_remove(0)
    }

    /// The forwarded `tracestate` of a request with a valid `traceparent`.
    pub(super) async fn state(&self, headers: &[&str]) -> String {
        let states = headers.iter().map(|value| ("tracestate", *value));
        let headers: Vec<_> = [("traceparent", VALID)].into_iter().chain(states).collect();
        let sent = self.one(&headers).await;
        assert_eq!(sent.trace, TRACE, "{headers:?}");
        sent.state
    }
}

/// Reads a line of [`calls`]. `None` for other lines of the response.
fn parse(line: &str) -> Option<Sent> {
    let (parent, state) = line.split_once(' ')?;
    let fields: Vec<_> = parent.split('-').collect();
    let [version @ "00", trace, parent, flags] = fields[..] else { return None };
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let has_lengths = [version, trace, parent, flags].map(str::len) == [2, 32, 16, 2];
    let is_valid = has_lengths && [trace, parent, flags].into_iter().all(is_hex);
    assert!(is_valid && trace != "0".repeat(32) && parent != "0".repeat(16), "{line}");
    let (trace, parent, state) = (trace.to_owned(), parent.to_owned(), state.to_owned());
    Some(Sent { trace, parent, sampled: flags == "01", state })
}
