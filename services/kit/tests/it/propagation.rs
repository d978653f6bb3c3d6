//! W3C trace context, in and out.

use std::convert::Infallible;

use axum::Router;
use axum::routing::get;
use grpc_telemetry::ClientLayer;
use grpc_telemetry::trace::Tracer;
use http::{Request, Response};
use http_body_util::BodyExt;
use kit::telemetry::Settings;
use kit::telemetry::trace::HttpServerLayer;
use tower::{ServiceExt, service_fn};
use tower_layer::Layer;

use crate::support::{Observed, SERVICE, only, serve};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn request(traceparent: &str) -> (String, Observed) {
    let observed = Observed::begin().await;
    let id = get(|| async { kit::telemetry::current_trace_id().unwrap_or_default() });
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
    assert_eq!(kit::telemetry::current_trace_id(), None);
}

/// Makes a gRPC call, and returns its `traceparent` header.
async fn traceparent_of_a_call() -> String {
    let callee = service_fn(async |request: Request<tonic::body::Body>| {
        let context = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
        Ok::<_, Infallible>(Response::new(context.unwrap_or_default().to_owned()))
    });
    let traced = ClientLayer::new(Tracer::new()).layer(callee);
    let response = traced.oneshot(Request::new(tonic::body::Body::empty())).await.expect("infallible");
    let body = response.into_body().collect().await.expect("infallible").to_bytes();
    String::from_utf8(body.into()).expect("ASCII")
}

#[tokio::test]
async fn without_spans_of_its_own_a_service_passes_its_callers_context_on() {
    let settings = Settings::from_variables([("OTEL_SDK_DISABLED", "true")]).expect("valid settings");
    let (dispatch, _telemetry) =
        kit::telemetry::build(SERVICE, "0", &settings, std::io::sink).expect("right settings");
    let _guard = tracing::dispatcher::set_default(&dispatch);
    let handler = get(async || {
        // The context is of the task that is being polled, also after it has waited.
        tokio::task::yield_now().await;
        format!(
            "{} {}",
            kit::telemetry::current_trace_id().unwrap_or_default(),
            traceparent_of_a_call().await
        )
    });
    let server = serve(Router::new().route("/", handler).layer(HttpServerLayer)).await;
    let ask = async |traceparent: Option<String>| {
        let request = reqwest::Client::new().get(server.url("/"));
        let request = traceparent.into_iter().fold(request, |request, it| request.header("traceparent", it));
        request.send().await.expect("a reply").text().await.expect("a body")
    };
    for sampled in ["00", "01"] {
        let context = format!("00-{TRACE}-{PARENT}-{sampled}");
        assert_eq!(ask(Some(context.clone())).await, format!("{TRACE} {context}"));
    }
    assert_eq!(ask(None).await, " ");
}
