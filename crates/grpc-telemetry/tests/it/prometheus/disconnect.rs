//! A caller that goes away before its requests are complete.

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
use super::support::{Lab, server_builder};
use testkit::grpc::script::{Script, Step, frame, status_headers};

/// How a caller goes away.
#[derive(Clone, Copy, Debug)]
enum Going {
    /// Its connection is gone.
    Connection,
    /// It resets the call alone.
    Reset(Reason),
}

const WAYS: [Going; 5] = [
    Going::Connection,
    Going::Reset(Reason::CANCEL),
    Going::Reset(Reason::INTERNAL_ERROR),
    // As proxies do whose own caller has gone away.
    Going::Reset(Reason::NO_ERROR),
    Going::Reset(Reason::REFUSED_STREAM),
];
const METHODS: [&str; 4] = ["Ping", "PingList", "PingClientStream", "PingStream"];

/// A call that has begun and has not ended its requests.
struct Begun {
    requests: SendStream<Bytes>,
    connection: JoinHandle<()>,
}

impl Begun {
    async fn new(server: SocketAddr, method: &str, timeout: &str, sent: &[u8]) -> Self {
        let socket = TcpStream::connect(server).await.expect("a connection");
        let (client, connection) = h2::client::handshake(socket).await.expect("HTTP/2");
        let connection = tokio::spawn(async move { drop(connection.await) });
        let mut client = client.ready().await.expect("room for a call");
        let request = Request::post(format!("http://{server}/testpb.TestService/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("grpc-timeout", timeout);
        let (_, mut requests) =
            client.send_request(request.body(()).expect("a request"), false).expect("a call");
        if !sent.is_empty() {
            requests.send_data(Bytes::copy_from_slice(sent), false).expect("data is sent");
        }
        Self { requests, connection }
    }

    fn go(mut self, how: Going) {
        match how {
            Going::Connection => self.connection.abort(),
            Going::Reset(reason) => self.requests.send_reset(reason),
        }
    }
}

/// The transport looks for a reset before it asks for a frame of the reply, but one may come in between.
#[tokio::test]
async fn a_handler_that_hears_of_it_before_the_transport_does_changes_nothing() {
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
async fn a_caller_that_vanishes_in_mid_request_has_canceled() {
    let lab = Lab::start().await;
    let whole = frame(0);
    let half = &frame(9)[..7];
    for method in METHODS {
        let mut calls = 0.0;
        for going in WAYS {
            for sent in [&[], half, &whole, &[whole.as_slice(), half].concat()] {
                calls += 1.0;
                let call = Begun::new(lab.address, method, "1H", sent).await;
                lab.see("server_started_total", method, calls).await;
                call.go(going);
                lab.see("server_handling_seconds", method, calls).await;
                let canceled = lab.of_code("server", method, "Canceled");
                assert_eq!(canceled, calls, "{method} {going:?} after {} bytes", sent.len());
            }
        }
    }
}
