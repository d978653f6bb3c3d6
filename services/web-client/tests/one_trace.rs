//! One request is one trace over both services, and the response carries its id. The spans of a failed request have the
//! error status.
//!
//! This test has a process of its own: its subscriber applies to all threads of the process.

#[allow(dead_code, reason = "a part of what other tests ask of it")]
#[path = "it/order_server.rs"]
mod order_server;

use std::net::SocketAddr;
use std::time::Duration;

use kit::shutdown::Drained;
use kit::telemetry::Settings;
use order_server::OrderServer;
use prometheus::Registry;
use reqwest::{Client, Response};
use serde_json::json;
use testkit::Running;
use testkit::otlp::trace::Status;
use testkit::otlp::trace::status::StatusCode;
use testkit::otlp::{Collector, Received};

const GRACE: Duration = Duration::from_secs(5);
const SERVER: i32 = 2;
const CLIENT: i32 = 3;

async fn web_client(server: SocketAddr, orders: bool) -> Running<Result<Drained, web_client::Error>> {
    let config = web_client::Config {
        grpc_server_host: server.ip().to_string(),
        grpc_server_port: server.port(),
        grpc_deadline: GRACE,
        shutdown_grace: GRACE,
        http: kit::server::HttpSettings::default(),
        orders,
        links: web_client::Links::default(),
    };
    testkit::start(|listener, shutdown| web_client::run(listener, config, Registry::new(), shutdown)).await
}

fn trace_of(response: &Response) -> String {
    response.headers()["x-trace-id"].to_str().unwrap().to_owned()
}

fn of<'a>(spans: &'a [Received], kind: i32, name: &str) -> &'a Received {
    let found = spans.iter().find(|received| received.span.kind == kind && received.span.name == name);
    found.unwrap_or_else(|| panic!("no span {name} of kind {kind} in {spans:?}"))
}

#[tokio::test]
async fn one_request_is_one_trace_over_both_services() {
    let collector = Collector::start().await;
    let variables = [("RUST_LOG", "off"), ("OTEL_EXPORTER_OTLP_ENDPOINT", &*collector.endpoint())];
    let settings = Settings::from_variables(variables).unwrap();
    let (dispatch, telemetry) = kit::telemetry::build("echo", "0", &settings, std::io::sink).unwrap();
    tracing::dispatcher::set_global_default(dispatch).unwrap();
    let echo_server = testkit::start(|listener, shutdown| {
        let grpc = kit::server::GrpcSettings::default();
        let http = kit::server::HttpSettings::default();
        let config = echo_server::Settings { grpc_server_port: 0, shutdown_grace: GRACE, grpc, http };
        echo_server::run(listener, config, Registry::new(), shutdown)
    })
    .await;
    let order_server = OrderServer::start().await;
    let echoes = web_client(echo_server.addr(), false).await;
    let orders = web_client(order_server.addr(), true).await;

    let http = Client::builder().no_proxy().build().unwrap();
    let echo = trace_of(&http.get(echoes.url("/echo?m=x")).send().await.unwrap());
    let no_echo = trace_of(&http.get(echoes.url("/echo")).send().await.unwrap());
    assert_ne!(echo, no_echo, "each request has its own trace");
    let place = async |customer: &str| {
        let order = json!({ "customer": customer, "items": [] });
        trace_of(&http.post(orders.url("/orders")).json(&order).send().await.unwrap())
    };
    let (placed, failed) = (place("Ada").await, place("13").await);
    // A span may end after its response was read.
    echoes.stop().await.unwrap();
    orders.stop().await.unwrap();
    echo_server.stop().await.unwrap();
    order_server.stop().await;
    telemetry.shutdown().await;

    echo_is_one_trace(&collector.trace(&echo));
    let [http, call] = order_is_one_trace(&collector.trace(&placed));
    assert_eq!([http, call], [StatusCode::Unset; 2]);
    let [http, call] = order_is_one_trace(&collector.trace(&failed));
    assert_eq!([http, call], [StatusCode::Error; 2]);
}

fn echo_is_one_trace(spans: &[Received]) {
    assert_eq!(spans.len(), 3, "{spans:?}");
    let http = of(spans, SERVER, "GET /echo");
    let call = of(spans, CLIENT, "proto.EchoService/EchoService");
    let handler = of(spans, SERVER, "proto.EchoService/EchoService");
    assert!(http.span.parent_span_id.is_empty());
    assert_eq!(call.span.parent_span_id, http.span.span_id);
    assert_eq!(handler.span.parent_span_id, call.span.span_id);
}

/// The status of the HTTP and the gRPC client span. The test's server creates no spans.
fn order_is_one_trace(spans: &[Received]) -> [StatusCode; 2] {
    assert_eq!(spans.len(), 2, "{spans:?}");
    let http = of(spans, SERVER, "POST /orders");
    let call = of(spans, CLIENT, "go.micro.srv.order.Order/Create");
    assert!(http.span.parent_span_id.is_empty());
    assert_eq!(call.span.parent_span_id, http.span.span_id);
    [http, call].map(|received| received.span.status.as_ref().map_or(StatusCode::Unset, Status::code))
}
