//! Clients that disconnect before their requests are complete.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use grpc_telemetry::RequestBody;
use grpc_telemetry::prometheus::Messages;
use h2::{Reason, SendStream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use prometheus::Registry;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_stream::StreamExt;
use tower::{Layer, ServiceExt, service_fn};

use super::scrape;
use super::support::{Fixture, server_builder};
use testkit::grpc::script::{Script, Step, frame, status_headers};

/// The way a client disconnects.
#[derive(Clone, Copy, Debug)]
enum Disconnect {
    /// The client closes the connection.
    Connection,
    /// The client resets the stream.
    Reset(Reason),
}

const DISCONNECTS: [Disconnect; 5] = [
    Disconnect::Connection,
    Disconnect::Reset(Reason::CANCEL),
    Disconnect::Reset(Reason::INTERNAL_ERROR),
    // As proxies do when their own client disconnects.
    Disconnect::Reset(Reason::NO_ERROR),
    Disconnect::Reset(Reason::REFUSED_STREAM),
];
const METHODS: [&str; 4] = ["Ping", "PingList", "PingClientStream", "PingStream"];

/// A call whose requests have not ended.
struct OpenCall {
    requests: SendStream<Bytes>,
    connection: JoinHandle<()>,
}

impl OpenCall {
    async fn new(server: SocketAddr, method: &str, timeout: &str, sent: &[u8]) -> Self {
        let socket = TcpStream::connect(server).await.expect("a connection");
        let (client, connection) = h2::client::handshake(socket).await.expect("HTTP/2");
        let connection = tokio::spawn(async move { drop(connection.await) });
        let mut client = client.ready().await.expect("a ready connection");
        let request = Request::post(format!("http://{server}/testpb.TestService/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("grpc-timeout", timeout);
        let (_, mut requests) =
            client.send_request(request.body(()).expect("a request"), false).expect("a stream");
        if !sent.is_empty() {
            requests.send_data(Bytes::copy_from_slice(sent), false).expect("data is sent");
        }
        Self { requests, connection }
    }

    fn disconnect(mut self, disconnect: Disconnect) {
        match disconnect {
            Disconnect::Connection => self.connection.abort(),
            Disconnect::Reset(reason) => self.requests.send_reset(reason),
        }
    }
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
        for disconnect in DISCONNECTS {
            for sent in [&[], half, &whole, &[whole.as_slice(), half].concat()] {
                calls += 1.0;
                let call = OpenCall::new(fixture.address, method, "1H", sent).await;
                fixture.wait_for("server_started_total", method, calls).await;
                call.disconnect(disconnect);
                fixture.wait_for("server_handling_seconds", method, calls).await;
                let canceled = fixture.handled_with_code("server", method, "Canceled");
                assert_eq!(canceled, calls, "{method} {disconnect:?} after {} bytes", sent.len());
            }
        }
    }
}
