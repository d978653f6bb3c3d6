//! Spans of calls over real sockets.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use grpc_telemetry::trace::Tracer;
use grpc_telemetry::{ClientLayer, RequestBody, ServerLayer};
use http::{Request, Response};
use opentelemetry::trace::{SpanKind, TraceContextExt};
use opentelemetry_sdk::trace::SpanData;
use testkit::eventually;
use testkit::grpc::ping::{Ending, Ping, TestServiceClient, TestServiceServer, ending, failing, well};
use testkit::grpc::script::{Script, status_headers};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::Code;
use tonic::transport::{Channel, Endpoint, Server};
use tower::{Layer, ServiceExt, service_fn};

use super::support::{Spans, attribute, error, propagate_trace_context};

const TIMEOUT: Duration = Duration::from_secs(20);
const PATH: &str = "/testpb.TestService/Ping";
const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID: &str = "b7ad6b7169203331";

/// Starts a traced server on this thread, and returns a channel to it.
async fn server() -> Channel {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("address");
    let (_, health) = tonic_health::server::health_reporter();
    let server = Server::builder()
        .layer(ServerLayer::new(Tracer::new()))
        .add_service(TestServiceServer::new(Ping))
        .add_service(health);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Endpoint::from_shared(format!("http://{address}")).expect("address").connect_lazy()
}

fn assert_attributes(span: &SpanData, expected: &[(&str, &str)]) {
    for (key, value) in expected {
        assert_eq!(attribute(span, key).as_deref(), Some(*value), "{key} of {span:#?}");
    }
}

#[tokio::test]
async fn server_span_has_name_and_attributes() {
    let spans = Spans::collect();
    TestServiceClient::new(server().await).ping(well()).await.expect("a response");
    let span = spans.only();
    assert_eq!((&*span.name, &span.span_kind), ("testpb.TestService/Ping", &SpanKind::Server));
    assert_attributes(
        &span,
        &[
            ("rpc.system.name", "grpc"),
            ("rpc.method", "testpb.TestService/Ping"),
            ("rpc.response.status_code", "OK"),
        ],
    );
    assert_eq!(error(&span), None);
}

#[tokio::test]
async fn server_span_is_an_error_only_for_server_errors() {
    let internal = (Code::Internal, "INTERNAL", Some("requested"));
    for (code, name, description) in [internal, (Code::NotFound, "NOT_FOUND", None)] {
        let spans = Spans::collect();
        let mut client = TestServiceClient::new(server().await);
        client.ping(failing(code)).await.expect_err("a failure");
        let span = spans.only();
        assert_attributes(&span, &[("rpc.response.status_code", name)]);
        assert_eq!(attribute(&span, "error.type").as_deref(), description.map(|_| name), "{code:?}");
        assert_eq!(error(&span), description, "{code:?}");
    }
}

#[tokio::test]
async fn dropped_call_is_cancelled() {
    let spans = Spans::collect();
    let mut client = TestServiceClient::new(server().await);
    let mut other = client.clone();
    let call = tokio::spawn(async move { client.ping(ending(Ending::Hang)).await });
    // A later call on the same connection has a response: the first one has reached the server.
    tokio::task::yield_now().await;
    other.ping(well()).await.expect("a response");
    call.abort();
    call.await.expect_err("aborted");
    eventually(TIMEOUT, async || spans.ended().len() == 2).await;
    let span = spans.ended().pop().expect("two spans");
    assert_attributes(&span, &[("rpc.response.status_code", "CANCELLED")]);
    assert_eq!(error(&span), None);
}

#[tokio::test]
async fn health_checks_have_no_spans() {
    let spans = Spans::collect();
    let mut client = tonic_health::pb::health_client::HealthClient::new(server().await);
    client.check(tonic_health::pb::HealthCheckRequest::default()).await.expect("a response");
    assert_eq!(spans.ended().len(), 0);
}

#[tokio::test]
async fn client_span_is_the_parent_of_the_server_span() {
    let spans = Spans::collect();
    let traced = ClientLayer::new(Tracer::with_server("echo-server", 8080)).layer(server().await);
    TestServiceClient::new(traced).ping(well()).await.expect("a response");
    let ended = spans.ended();
    assert_eq!(ended.len(), 2, "{ended:#?}");
    let of = |kind| ended.iter().find(|span| span.span_kind == kind).expect("one span of each kind");
    let (client, server) = (of(SpanKind::Client), of(SpanKind::Server));
    assert_eq!(client.name, "testpb.TestService/Ping");
    assert_eq!(server.span_context.trace_id(), client.span_context.trace_id());
    assert_eq!(server.parent_span_id, client.span_context.span_id());
    assert_attributes(
        client,
        &[
            ("rpc.system.name", "grpc"),
            ("rpc.method", "testpb.TestService/Ping"),
            ("server.address", "echo-server"),
            ("server.port", "8080"),
            ("rpc.response.status_code", "OK"),
        ],
    );
    assert_eq!(error(client), None);
}

#[tokio::test]
async fn client_span_is_an_error_unless_ok() {
    let spans = Spans::collect();
    let traced = ClientLayer::new(Tracer::new()).layer(server().await);
    TestServiceClient::new(traced).ping(failing(Code::NotFound)).await.expect_err("a failure");
    let ended = spans.ended();
    let client = ended.iter().find(|span| span.span_kind == SpanKind::Client).expect("a client span");
    assert_attributes(client, &[("rpc.response.status_code", "NOT_FOUND"), ("error.type", "NOT_FOUND")]);
    assert_eq!(error(client), Some("requested"));
}

#[tokio::test]
async fn refused_connection_is_unavailable() {
    let spans = Spans::collect();
    let unused = testkit::listener().await;
    let address = unused.local_addr().expect("address");
    drop(unused);
    let channel = Endpoint::from_shared(format!("http://{address}")).expect("address").connect_lazy();
    let traced = ClientLayer::new(Tracer::new()).layer(channel);
    let status = TestServiceClient::new(traced).ping(well()).await.expect_err("a refused connection");
    assert_eq!(status.code(), Code::Unavailable);
    let span = spans.only();
    assert_attributes(&span, &[("rpc.response.status_code", "UNAVAILABLE"), ("error.type", "UNAVAILABLE")]);
    assert!(error(&span).is_some());
}

/// Makes a call with this `traceparent` to a handler that makes another call. Returns the trace ID that is current in
/// the handler, and the `traceparent` of the other call.
async fn propagate(traceparent: &str) -> (String, String) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let handler = service_fn(|_: Request<RequestBody<Script, ()>>| {
        let sender = sender.clone();
        let callee = service_fn(|request: Request<tonic::body::Body>| {
            let header = request.headers().get("traceparent").expect("a header").clone();
            ready(Ok::<_, Infallible>(
                Response::builder()
                    .header("received-traceparent", header)
                    .body(Script::new([]))
                    .expect("valid"),
            ))
        });
        async move {
            // The context is current in every poll.
            tokio::task::yield_now().await;
            let trace_id = opentelemetry::Context::current().span().span_context().trace_id().to_string();
            let request = Request::post(PATH).body(tonic::body::Body::empty()).expect("a request");
            let response =
                ClientLayer::new(Tracer::new()).layer(callee).oneshot(request).await.expect("a response");
            let sent = response.headers()["received-traceparent"].to_str().expect("text").to_owned();
            sender.send((trace_id, sent)).expect("the receiver is open");
            let mut response = Response::new(Script::new([]));
            *response.headers_mut() = status_headers(Some(0));
            Ok::<_, Infallible>(response)
        }
    });
    let request = Request::post(PATH)
        .header("content-type", "application/grpc")
        .header("traceparent", traceparent)
        .body(Script::new([]))
        .expect("a request");
    ServerLayer::new(Tracer::new()).layer(handler).oneshot(request).await.expect("a response");
    receiver.recv().await.expect("the handler has run")
}

#[tokio::test]
async fn call_joins_the_trace_of_its_header() {
    let spans = Spans::collect();
    let (trace_id, sent) = propagate(&format!("00-{TRACE_ID}-{PARENT_ID}-01")).await;
    assert_eq!(trace_id, TRACE_ID);
    let ended = spans.ended();
    let of = |kind| ended.iter().find(|span| span.span_kind == kind).expect("one span of each kind");
    assert_eq!(of(SpanKind::Server).parent_span_id.to_string(), PARENT_ID);
    let client = of(SpanKind::Client).span_context.span_id();
    assert_eq!(sent, format!("00-{TRACE_ID}-{client}-01"));
}

#[tokio::test]
async fn invalid_header_starts_a_trace() {
    let spans = Spans::collect();
    let (trace_id, _) = propagate("00-nonsense").await;
    let ended = spans.ended();
    let server = ended.iter().find(|span| span.span_kind == SpanKind::Server).expect("a server span");
    assert_eq!(server.span_context.trace_id().to_string(), trace_id);
    assert_ne!(trace_id, TRACE_ID);
}

#[tokio::test]
async fn unsampled_trace_is_passed_on_without_spans() {
    let spans = Spans::collect();
    let (trace_id, sent) = propagate(&format!("00-{TRACE_ID}-{PARENT_ID}-00")).await;
    assert_eq!(trace_id, TRACE_ID);
    assert!(sent.starts_with(&format!("00-{TRACE_ID}-")) && sent.ends_with("-00"), "{sent}");
    assert_eq!(spans.ended().len(), 0);
}

#[tokio::test]
async fn context_is_passed_on_where_spans_are_disabled() {
    propagate_trace_context();
    for sampled in ["00", "01"] {
        let traceparent = format!("00-{TRACE_ID}-{PARENT_ID}-{sampled}");
        assert_eq!(propagate(&traceparent).await, (TRACE_ID.to_owned(), traceparent));
    }
}
