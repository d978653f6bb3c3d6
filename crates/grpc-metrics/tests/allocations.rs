//! A counted call allocates nothing that a bare one does not.

use std::convert::Infallible;
use std::future::ready;

use grpc_metrics::{Buckets, ClientMetrics, RequestBody, ServerMetrics};
use http::{Request, Response};
use testkit::grpc::bare::{self, Message, answer, request};
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;
use tower::{Layer, Service, service_fn};

#[test]
fn a_server_layer_allocates_nothing() {
    let metrics = ServerMetrics::builder()
        .file_descriptor_set(FILE_DESCRIPTOR_SET)
        .handling_histogram(Buckets::default())
        .context_label("tenant", ["a", "b"], |head| head.header("tenant"))
        .build()
        .expect("metrics");
    let mut bare = service_fn(|request: Request<Message>| ready(Ok::<_, Infallible>(answer(request))));
    let mut counted = metrics.layer().layer(service_fn(|request: Request<RequestBody<Message>>| {
        ready(Ok::<_, Infallible>(answer(request)))
    }));
    for path in ["/testpb.TestService/Ping", "/testpb.TestService/PingStream", "/no.Such/Method"] {
        let bare = bare::allocations(|| bare::call(&mut bare, request(path)));
        assert!(bare > 0, "allocations are not counted");
        assert_eq!(bare::allocations(|| bare::call(&mut counted, request(path))), bare, "{path}");
    }
}

#[test]
fn a_call_that_is_dropped_allocates_nothing() {
    let metrics = ServerMetrics::builder().file_descriptor_set(FILE_DESCRIPTOR_SET).build().expect("metrics");
    let mut counted = metrics.layer().layer(service_fn(|_: Request<RequestBody<Message>>| {
        std::future::pending::<Result<Response<Message>, Infallible>>()
    }));
    let bare = bare::allocations(|| drop(request("/testpb.TestService/Ping")));
    let dropped = bare::allocations(|| drop(counted.call(request("/testpb.TestService/Ping"))));
    assert_eq!(dropped, bare);
}

/// A channel takes only `tonic::body::Body`, which is a box: tonic's one allocation for the
/// counting body, and the layer's none.
#[test]
fn a_client_layer_allocates_only_tonics_box_of_the_request() {
    let metrics = ClientMetrics::builder()
        .file_descriptor_set(FILE_DESCRIPTOR_SET)
        .handling_histogram(Buckets::default())
        .message_histograms(Buckets::default())
        .build()
        .expect("metrics");
    let channel =
        || service_fn(|request: Request<tonic::body::Body>| ready(Ok::<_, Infallible>(answer(request))));
    let request = || request("/testpb.TestService/Ping").map(tonic::body::Body::new);
    let (mut channel, mut counted) = (channel(), metrics.layer().layer(channel()));
    let bare = bare::allocations(|| bare::call(&mut channel, request()));
    let counted = bare::allocations(|| bare::call(&mut counted, request()));
    assert_eq!(counted, bare + bare::CALLS);
}
