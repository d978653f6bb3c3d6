//! Whatever a call's parts do, in whatever order they are dropped, the books balance.

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
struct Plan {
    requests: Vec<Step>,
    replies: Vec<Step>,
    status_in_headers: Option<i32>,
    /// How many frames the handler reads before it answers, and the caller before it goes away.
    handler_reads: usize,
    caller_reads: usize,
    says_end: bool,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0usize..30).prop_map(|size| Step::Data(frame(size))),
        2 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Step::Data),
        2 => prop::option::of(-1i32..20).prop_map(Step::Trailers),
        1 => (1i32..17).prop_map(|code| Step::Fail(Status::new(code.into(), "as asked"))),
        1 => Just(Step::Panic),
        1 => Just(Step::Hang),
    ]
}

prop_compose! {
    fn plan()(
        requests in prop::collection::vec(step(), 0..6),
        replies in prop::collection::vec(step(), 0..6),
        status_in_headers in prop::option::weighted(0.2, 0i32..18),
        handler_reads in 0usize..8,
        caller_reads in 0usize..8,
        says_end in any::<bool>(),
    ) -> Plan {
        Plan { requests, replies, status_in_headers, handler_reads, caller_reads, says_end }
    }
}

/// Reads so many frames, or fewer if the body ends or hangs.
async fn read<B: http_body::Body + Unpin>(mut body: B, frames: usize) {
    for _ in 0..frames {
        tokio::select! {
            biased;
            frame = body.frame() => if !matches!(frame, Some(Ok(_))) { return },
            () = tokio::task::yield_now() => return,
        }
    }
}

async fn run(plan: Plan, server: ServerLayer<Recorder>) {
    let Plan { requests, replies, status_in_headers, handler_reads, caller_reads, says_end } = plan;
    let script = move |steps| if says_end { Script::new(steps).saying_end() } else { Script::new(steps) };
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
    fn every_call_is_handled_once(plans in prop::collection::vec(plan(), 1..6)) {
        let metrics = server_builder().build().expect("metrics");
        let registry = Registry::new();
        registry.register(Box::new(metrics.clone())).expect("metrics register");
        let runtime = runtime::Builder::new_current_thread().build().expect("runtime");
        let calls = plans.len() as f64;
        for plan in plans {
            // A panic ends its task alone, as in a server.
            let layer = metrics.layer();
            let _ = runtime.block_on(async { tokio::spawn(run(plan, layer)).await });
        }
        prop_assert_eq!(scrape::sum(&registry, "grpc_server_started_total", &[]), calls);
        prop_assert_eq!(scrape::sum(&registry, "grpc_server_handled_total", &[]), calls);
        prop_assert_eq!(scrape::sum(&registry, "grpc_server_handling_seconds", &[]), calls);
    }
}
