//! A counted call allocates nothing that a bare one does not.

use std::convert::Infallible;
use std::future::{pending, ready};

use http::{Request, Response};
use micro_metrics::{RequestBody, ServerMetrics};
use testkit::grpc::bare::{self, Message, answer, request};
use testkit::grpc::ping::FILE_DESCRIPTOR_SET;
use tower::{Layer, Service, service_fn};

fn metrics() -> ServerMetrics {
    ServerMetrics::builder("ping").file_descriptor_set(FILE_DESCRIPTOR_SET).build().expect("metrics")
}

#[test]
fn the_layer_allocates_nothing() {
    let metrics = metrics();
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
    let mut counted = metrics().layer().layer(service_fn(|_: Request<RequestBody<Message>>| {
        pending::<Result<Response<Message>, Infallible>>()
    }));
    let bare = bare::allocations(|| drop(request("/testpb.TestService/Ping")));
    let dropped = bare::allocations(|| drop(counted.call(request("/testpb.TestService/Ping"))));
    assert_eq!(dropped, bare);
}
