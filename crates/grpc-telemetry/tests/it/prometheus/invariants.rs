//! Property test: bodies that behave arbitrarily, and are dropped at any point, leave each call handled once.

use std::convert::Infallible;

use grpc_telemetry::prometheus::{Messages, Recorder};
use grpc_telemetry::{RequestBody, ServerLayer};
use http::{Request, Response};
use http_body_util::BodyExt;
use prometheus::Registry;
use proptest::prelude::*;
use tokio::runtime;
use tonic::Status;
use tower::{Layer, ServiceExt, service_fn};

use super::scrape;
use super::support::server_builder;
use testkit::grpc::script::{Script, Step, frame, status_headers};

#[derive(Clone, Debug)]
struct Scenario {
    requests: Vec<Step>,
    replies: Vec<Step>,
    status_in_headers: Option<i32>,
    /// The number of frames that the handler reads before it responds, and the caller before it drops the response.
    handler_reads: usize,
    caller_reads: usize,
    announces_end: bool,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..30).prop_map(|size| Step::Data(frame(size))),
        2 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Step::Data),
        2 => prop::option::of(-1i32..20).prop_map(Step::Trailers),
        1 => (1i32..17).prop_map(|code| Step::Fail(Status::new(code.into(), "requested"))),
        1 => Just(Step::Panic),
        1 => Just(Step::Hang),
    ]
}

prop_compose! {
    fn scenario()(
        requests in prop::collection::vec(step(), 0..6),
        replies in prop::collection::vec(step(), 0..6),
        status_in_headers in prop::option::weighted(0.2, 0i32..18),
        handler_reads in 0usize..8,
        caller_reads in 0usize..8,
        announces_end in any::<bool>(),
    ) -> Scenario {
        Scenario { requests, replies, status_in_headers, handler_reads, caller_reads, announces_end }
    }
}

/// Reads up to this number of frames, until the body ends or is pending.
async fn read<B: http_body::Body + Unpin>(mut body: B, frames: usize) {
    for _ in 0..frames {
        tokio::select! {
            biased;
            frame = body.frame() => if !matches!(frame, Some(Ok(_))) { return },
            () = tokio::task::yield_now() => return,
        }
    }
}

async fn run(scenario: Scenario, server: ServerLayer<Recorder>) {
    let Scenario { requests, replies, status_in_headers, handler_reads, caller_reads, announces_end } =
        scenario;
    let script =
        move |steps| if announces_end { Script::new(steps).announcing_end() } else { Script::new(steps) };
    let handler = service_fn(move |request: Request<RequestBody<Script, Messages>>| {
        let replies = replies.clone();
        async move {
            read(request.into_body(), handler_reads).await;
            let mut response = Response::new(script(replies));
            *response.headers_mut() = status_headers(status_in_headers);
            Ok::<_, Infallible>(response)
        }
    });
    let path = "/testpb.TestService/PingStream";
    let request = Request::post(path).body(script(requests)).expect("a request");
    let response = server.layer(handler).oneshot(request).await.expect("a response");
    read(response.into_body(), caller_reads).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn handles_every_call_once(scenarios in prop::collection::vec(scenario(), 1..6)) {
        let metrics = server_builder().build().expect("metrics");
        let registry = Registry::new();
        registry.register(Box::new(metrics.clone())).expect("metrics register");
        let runtime = runtime::Builder::new_current_thread().build().expect("runtime");
        let calls = scenarios.len() as f64;
        for scenario in scenarios {
            // As in a server, a panic ends one task.
            let layer = metrics.layer();
            let _ = runtime.block_on(async { tokio::spawn(run(scenario, layer)).await });
        }
        prop_assert_eq!(scrape::sum(&registry, "grpc_server_started_total", &[]), calls);
        prop_assert_eq!(scrape::sum(&registry, "grpc_server_handled_total", &[]), calls);
        prop_assert_eq!(scrape::sum(&registry, "grpc_server_handling_seconds", &[]), calls);
    }
}
