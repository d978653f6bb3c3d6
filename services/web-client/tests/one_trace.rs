//! One echo is one trace over both services, and the answer names it.
//!
//! Alone in its process: where some threads have traces and others none, `tracing` may take a span of the
//! one for the other's.

use std::time::Duration;

use prometheus::Registry;
use telemetry::{Settings, Traces};
use testkit::otlp::{Collector, Received, TraceId};

const GRACE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn from_the_request_to_the_server() {
    let collector = Collector::start().await;
    let settings =
        Settings { log_filter: "off".to_owned(), traces: Traces::Otlp { endpoint: collector.endpoint() } };
    let (dispatch, telemetry) = telemetry::with_settings("echo", "0", &settings, std::io::sink).unwrap();
    tracing::dispatcher::set_global_default(dispatch).unwrap();
    let server = testkit::start(|listener, shutdown| {
        let config = echo_server::Config { grpc_server_port: 0, shutdown_grace: GRACE };
        echo_server::run(listener, config, Registry::new(), shutdown)
    })
    .await;
    let web = testkit::start(|listener, shutdown| {
        let config = web_client::Config {
            grpc_server_host: server.addr().ip().to_string(),
            grpc_server_port: server.addr().port(),
            grpc_deadline: GRACE,
            shutdown_grace: GRACE,
            links: web_client::Links::default(),
        };
        web_client::run(listener, config, Registry::new(), shutdown)
    })
    .await;

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let trace_id_of = async |path: &str| -> TraceId {
        let response = http.get(web.url(path)).send().await.unwrap();
        response.headers()["x-trace-id"].to_str().unwrap().parse().unwrap()
    };
    let id = trace_id_of("/echo?m=x").await;
    assert_ne!(id, trace_id_of("/echo").await, "a problem has a trace of its own");
    // A span ends with its stream, perhaps after the reply was read.
    web.stop().await.unwrap();
    server.stop().await.unwrap();
    telemetry.shutdown().await;

    let spans = collector.trace(id);
    assert_eq!(spans.len(), 3, "{spans:?}");
    let of = |kind: i32, name: &str| -> &Received {
        let found = spans.iter().find(|received| received.span.kind == kind && received.span.name == name);
        found.unwrap_or_else(|| panic!("no span {name} of kind {kind} in {spans:?}"))
    };
    let (server, client) = (2, 3);
    let http = of(server, "GET /echo");
    let call = of(client, "proto.EchoService/EchoService");
    let handler = of(server, "proto.EchoService/EchoService");
    assert!(http.span.parent_span_id.is_empty());
    assert_eq!(call.span.parent_span_id, http.span.span_id);
    assert_eq!(handler.span.parent_span_id, call.span.span_id);
}
