//! W3C trace context, in and out.

use axum::Router;
use axum::routing::get;
use telemetry::trace::HttpServerLayer;

use crate::support::{Observed, SERVICE, only, serve};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn request(traceparent: &str) -> (String, Observed) {
    let observed = Observed::begin().await;
    let id = get(|| async { telemetry::current_trace_id().unwrap_or_default() });
    let server = serve(Router::new().route("/", id).layer(HttpServerLayer)).await;
    let client = reqwest::Client::new();
    let reply = client.get(server.url("/")).header("traceparent", traceparent).send().await.expect("a reply");
    let body = reply.text().await.expect("a body");
    server.stop().await;
    (body, observed)
}

#[tokio::test]
async fn a_request_joins_the_trace_of_its_header() {
    let (id, observed) = request(&format!("00-{TRACE}-{PARENT}-01")).await;
    assert_eq!(id, TRACE);
    let span = only(&observed.spans().await);
    assert_eq!((hex(&span.trace_id), hex(&span.parent_span_id)), (TRACE.into(), PARENT.into()));
}

#[tokio::test]
async fn a_broken_header_begins_a_trace() {
    let (id, observed) = request("00-nonsense").await;
    let received = observed.spans().await;
    assert_eq!(&*received[0].service, SERVICE);
    let span = only(&received);
    assert_eq!((hex(&span.trace_id), span.parent_span_id.len()), (id, 0));
}

#[tokio::test]
async fn a_caller_that_does_not_sample_is_followed() {
    let (id, observed) = request(&format!("00-{TRACE}-{PARENT}-00")).await;
    assert_eq!(id, TRACE);
    assert_eq!(observed.spans().await.len(), 0);
}

#[tokio::test]
async fn outside_of_a_span_there_is_no_trace() {
    let _observed = Observed::begin().await;
    assert_eq!(telemetry::current_trace_id(), None);
}
