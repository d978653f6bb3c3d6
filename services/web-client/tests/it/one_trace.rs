//! One echo is one trace over both services, and the answer names it.

use telemetry::{Settings, Traces};
use testkit::eventually_some;
use testkit::otlp::{Collector, Received, TraceId};

use crate::lab::{self, PATIENCE, Web};

#[tokio::test]
async fn from_the_request_to_the_server() {
    let collector = Collector::start().await;
    let settings =
        Settings { log_filter: "off".to_owned(), traces: Traces::Otlp { endpoint: collector.endpoint() } };
    let (dispatch, telemetry) = telemetry::with_settings("echo", "0", &settings, std::io::sink).unwrap();
    let _traced = tracing::dispatcher::set_default(&dispatch);
    let server = lab::echo_server().await;
    let web = Web::of(server.addr()).await;

    let response = web.get("/echo?m=x").await;
    let id: TraceId = response.headers()["x-trace-id"].to_str().unwrap().parse().unwrap();
    let (_, problem) = web.problem("/echo").await;
    assert!(problem["trace_id"].as_str().unwrap().parse::<TraceId>().unwrap() != id);
    telemetry.shutdown().await;

    let spans = eventually_some(PATIENCE, async || {
        let spans = collector.trace(id);
        (spans.len() == 3).then_some(spans)
    })
    .await;
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
