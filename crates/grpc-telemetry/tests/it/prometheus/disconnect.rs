//! Clients that disconnect before their requests are complete.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use grpc_telemetry::RequestBody;
use grpc_telemetry::prometheus::Messages;
use http::{Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Code, Status, Streaming};
use tower::{Layer, ServiceExt, service_fn};

use super::scrape;
use super::support::{Fixture, server_builder};
use testkit::grpc::ping::{Empty, Ping, PingReply, PingRequest, TestService, TestServiceServer};
use testkit::grpc::raw::{self, Disconnect, RawCall};
use testkit::grpc::script::{Script, Step, frame, status_headers};

const METHODS: [&str; 4] = ["Ping", "PingList", "PingClientStream", "PingStream"];

async fn open(server: SocketAddr, method: &str, sent: &[u8]) -> RawCall {
    let request = raw::request(server, &format!("/testpb.TestService/{method}")).header("grpc-timeout", "1H");
    let mut call = RawCall::open(server, request).await;
    if !sent.is_empty() {
        call.send(sent);
    }
    call
}

/// The transport checks for a reset before it polls the response body, but the handler may detect one in that poll.
#[tokio::test]
async fn disconnect_detected_by_handler_first_is_canceled() {
    let metrics = server_builder().build().expect("metrics");
    let service = service_fn(|request: Request<RequestBody<Script, Messages>>| async {
        let reply = tokio_stream::once(request.into_body()).then(|requests| async {
            drop(requests.collect().await);
            Ok::<_, Infallible>(Frame::<Bytes>::trailers(status_headers(Some(13))))
        });
        Ok::<_, Infallible>(Response::new(StreamBody::new(reply)))
    });
    let cut_off = Script::new([Step::Data(frame(9)[..7].to_vec())]);
    let request = Request::post("/testpb.TestService/PingStream").body(cut_off).expect("a request");
    let response = metrics.layer().layer(service).oneshot(request).await.expect("a response");
    drop(response.into_body().collect().await);
    let registry = Registry::new();
    registry.register(Box::new(metrics)).expect("metrics register");
    let canceled = [("grpc_method", "PingStream"), ("grpc_code", "Canceled")];
    assert_eq!(scrape::value(&registry, "grpc_server_handled_total", &canceled), Some(1.0));
    assert_eq!(scrape::sum(&registry, "grpc_server_handled_total", &[]), 1.0);
}

#[tokio::test]
async fn disconnect_within_request_is_canceled() {
    let fixture = Fixture::start().await;
    let whole = frame(0);
    let half = &frame(9)[..7];
    for method in METHODS {
        let mut calls = 0.0;
        for disconnect in Disconnect::ALL {
            for sent in [&[], half, &whole, &[whole.as_slice(), half].concat()] {
                calls += 1.0;
                let call = open(fixture.address, method, sent).await;
                fixture.wait_for("server_started_total", method, calls).await;
                call.disconnect(disconnect);
                fixture.wait_for("server_handling_seconds", method, calls).await;
                let canceled = fixture.handled_with_code("server", method, "Canceled");
                assert_eq!(canceled, calls, "{method} {disconnect:?} after {} bytes", sent.len());
            }
        }
    }
}

/// Sends the outcome of reading the requests.
#[derive(Debug)]
struct Reading(UnboundedSender<Result<usize, Code>>);

#[tonic::async_trait]
impl TestService for Reading {
    type PingListStream = <Ping as TestService>::PingListStream;
    type PingStreamStream = <Ping as TestService>::PingStreamStream;

    async fn ping_client_stream(
        &self,
        requests: tonic::Request<Streaming<PingRequest>>,
    ) -> Result<tonic::Response<PingReply>, Status> {
        let outcomes = self.0.clone();
        // Not the handler's task, which the transport drops.
        tokio::spawn(async move {
            let read = requests.into_inner().collect::<Result<Vec<_>, _>>().await;
            let _ = outcomes.send(read.map(|requests| requests.len()).map_err(|status| status.code()));
        });
        std::future::pending().await
    }

    async fn ping(&self, _: tonic::Request<PingRequest>) -> Result<tonic::Response<PingReply>, Status> {
        let _ = self.0.send(Ok(1));
        std::future::pending().await
    }

    async fn ping_empty(&self, _: tonic::Request<Empty>) -> Result<tonic::Response<PingReply>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn ping_error(&self, _: tonic::Request<PingRequest>) -> Result<tonic::Response<Empty>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn ping_list(
        &self,
        _: tonic::Request<PingRequest>,
    ) -> Result<tonic::Response<Self::PingListStream>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn ping_stream(
        &self,
        _: tonic::Request<Streaming<PingRequest>>,
    ) -> Result<tonic::Response<Self::PingStreamStream>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// tonic by itself takes a reset with `CANCEL` or `NO_ERROR` for the end of the requests.
#[tokio::test]
async fn handler_reads_a_failure_after_disconnect() {
    let metrics = server_builder().build().expect("metrics");
    let (sender, mut outcomes) = unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("address");
    let server = Server::builder()
        .layer(metrics.layer().require_end_stream())
        .add_service(TestServiceServer::new(Reading(sender)));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let registry = Registry::new();
    registry.register(Box::new(metrics)).expect("metrics register");
    let mut calls = 0.0;
    for disconnect in Disconnect::ALL {
        for sent in [vec![], frame(0), [frame(0), frame(9)[..7].to_vec()].concat()] {
            calls += 1.0;
            let call = open(address, "PingClientStream", &sent).await;
            scrape::eventually(&registry, "grpc_server_started_total", CLIENT_STREAM, calls).await;
            call.disconnect(disconnect);
            let outcome = outcomes.recv().await.expect("an outcome");
            assert_eq!(outcome, Err(Code::Unknown), "{disconnect:?} after {} bytes", sent.len());
        }
    }
    // The handler of a unary call starts after the end of the request.
    for disconnect in Disconnect::ALL {
        let call = open(address, "Ping", &frame(0)).await;
        call.disconnect(disconnect);
    }
    let ended = open(address, "PingClientStream", &frame(0)).await;
    tokio::spawn(ended.end());
    assert_eq!(outcomes.recv().await, Some(Ok(1)), "after END_STREAM");
}

const CLIENT_STREAM: scrape::Labels<'static> =
    &[("grpc_service", "testpb.TestService"), ("grpc_method", "PingClientStream")];

/// Over HTTP/2, the end of the body counts only with `END_STREAM`, even at a message's end.
#[tokio::test]
async fn end_without_end_stream_is_canceled_over_http2() {
    for (version, announces_end, code) in [
        (Version::HTTP_2, true, "OK"),
        (Version::HTTP_2, false, "Canceled"),
        (Version::HTTP_11, true, "OK"),
        (Version::HTTP_11, false, "OK"),
    ] {
        let metrics = server_builder().build().expect("metrics");
        let service = service_fn(|request: Request<RequestBody<Script, Messages>>| async {
            let read = request.into_body().collect().await;
            let status = if read.is_ok() { 0 } else { 13 };
            let trailers = Script::new([Step::Trailers(Some(status))]);
            Ok::<_, Infallible>(Response::new(trailers))
        });
        let body = Script::new([Step::Data(frame(9))]);
        let body = if announces_end { body.announcing_end() } else { body };
        let request = Request::post("/testpb.TestService/PingStream").version(version);
        let request = request.body(body).expect("a request");
        let layer = metrics.layer().require_end_stream();
        let response = layer.layer(service).oneshot(request).await.expect("a response");
        drop(response.into_body().collect().await);
        let registry = Registry::new();
        registry.register(Box::new(metrics)).expect("metrics register");
        let labels = [("grpc_method", "PingStream"), ("grpc_code", code)];
        let handled = scrape::value(&registry, "grpc_server_handled_total", &labels);
        assert_eq!(handled, Some(1.0), "{version:?}, {announces_end}");
    }
}
