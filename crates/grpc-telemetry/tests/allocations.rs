//! Observing a call allocates nothing. A test binary of its own, because counting needs a global allocator.

use std::convert::Infallible;
use std::future::{pending, ready};

use grpc_telemetry::{
    CallEnd, CallObserver, Direction, Moment, Observer, RequestBody, RequestHead, SampledSpan, ServerLayer,
    Side, go_micro, prometheus,
};
use http::{Request, Response};
use testkit::grpc::bare::{self, Message, request, respond};
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;
use tower::{Layer, Service, service_fn};

type Messages<O> = <<O as Observer>::Call as CallObserver>::Messages;

fn server_metrics() -> prometheus::ServerMetrics {
    prometheus::ServerMetrics::builder()
        .file_descriptor_set(FILE_DESCRIPTOR_SET)
        .handling_histogram(prometheus::Buckets::default())
        .context_label("tenant", ["a", "b"], |head| head.header("tenant"))
        .build()
        .expect("metrics")
}

fn go_micro_metrics() -> go_micro::ServerMetrics {
    let builder = go_micro::ServerMetrics::builder("ping").file_descriptor_set(FILE_DESCRIPTOR_SET);
    builder.build().expect("metrics")
}

fn assert_no_allocations_of_calls_with_response<O: Observer>(layer: &ServerLayer<O>) {
    let mut bare = service_fn(|request: Request<Message>| ready(Ok::<_, Infallible>(respond(request))));
    let mut observed = layer.layer(service_fn(|request: Request<RequestBody<Message, Messages<O>>>| {
        ready(Ok::<_, Infallible>(respond(request)))
    }));
    for path in ["/testpb.TestService/Ping", "/testpb.TestService/PingStream", "/no.Such/Method"] {
        let bare = bare::allocations(|| bare::call(&mut bare, request(path)));
        assert!(bare > 0, "allocations are not counted");
        assert_eq!(bare::allocations(|| bare::call(&mut observed, request(path))), bare, "{path}");
    }
}

fn assert_no_allocations_of_dropped_calls<O: Observer>(layer: &ServerLayer<O>) {
    let mut observed = layer.layer(service_fn(|_: Request<RequestBody<Message, Messages<O>>>| {
        pending::<Result<Response<Message>, Infallible>>()
    }));
    let bare = bare::allocations(|| drop(request("/testpb.TestService/Ping")));
    let dropped = bare::allocations(|| drop(observed.call(request("/testpb.TestService/Ping"))));
    assert_eq!(dropped, bare);
}

#[test]
fn server_layer_allocates_nothing() {
    assert_no_allocations_of_calls_with_response(&server_metrics().layer());
    assert_no_allocations_of_dropped_calls(&server_metrics().layer());
}

#[test]
fn go_micro_layer_allocates_nothing() {
    assert_no_allocations_of_calls_with_response(&go_micro_metrics().layer());
    assert_no_allocations_of_dropped_calls(&go_micro_metrics().layer());
}

#[test]
fn two_observers_allocate_nothing() {
    let layer = server_metrics().layer().and(go_micro_metrics().recorder());
    assert_no_allocations_of_calls_with_response(&layer);
    assert_no_allocations_of_dropped_calls(&layer);
}

/// An observer whose calls all have a sampled span, without the allocations of a tracer.
#[derive(Clone, Debug)]
struct Sampled;

impl Observer for Sampled {
    type Method = ();
    type Call = Self;

    fn find_method(&self, _: Side, _: &str) -> Option<()> {
        None
    }

    fn start(&self, _: Side, _: Option<()>, _: RequestHead<'_>) -> Self {
        Self
    }
}

impl CallObserver for Sampled {
    type Messages = ();

    fn sampled_span(&self) -> Option<SampledSpan> {
        Some(SampledSpan { trace_id: 1, span_id: 2 })
    }

    fn messages(&self, _: Direction, _: Option<Moment>) {}

    fn end(self, _: &CallEnd<'_>) {}
}

#[test]
fn exemplars_allocate_nothing_after_the_first_of_a_series() {
    let metrics = prometheus::ServerMetrics::builder()
        .file_descriptor_set(FILE_DESCRIPTOR_SET)
        .handling_histogram(prometheus::Buckets::default())
        .exemplars();
    let micro = go_micro::ServerMetrics::builder("ping").file_descriptor_set(FILE_DESCRIPTOR_SET).exemplars();
    let (metrics, micro) = (metrics.build().expect("metrics"), micro.build().expect("metrics"));
    let layer = metrics.layer().and(micro.recorder()).and(Sampled);
    assert_no_allocations_of_calls_with_response(&layer);
    assert_no_allocations_of_dropped_calls(&layer);
}

/// A channel takes only `tonic::body::Body`, which is a box: tonic's one allocation for the counting body, and the
/// layer's none.
#[test]
fn client_layer_allocates_only_tonics_box_of_the_request() {
    let metrics = prometheus::ClientMetrics::builder()
        .file_descriptor_set(FILE_DESCRIPTOR_SET)
        .handling_histogram(prometheus::Buckets::default())
        .message_histograms(prometheus::Buckets::default())
        .build()
        .expect("metrics");
    let channel =
        || service_fn(|request: Request<tonic::body::Body>| ready(Ok::<_, Infallible>(respond(request))));
    let request = || request("/testpb.TestService/Ping").map(tonic::body::Body::new);
    let (mut channel, mut observed) = (channel(), metrics.layer().layer(channel()));
    let bare = bare::allocations(|| bare::call(&mut channel, request()));
    let observed = bare::allocations(|| bare::call(&mut observed, request()));
    assert_eq!(observed, bare + bare::CALLS);
}
