//! A counted call allocates nothing that a bare one does not.

use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use grpc_metrics::{Buckets, ClientMetrics, RequestBody, ServerMetrics};
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::{Body, Frame};
use tower::{Layer, Service, service_fn};

const SET: &[u8] = include_bytes!("suite/gen/descriptor_set.bin");
const CALLS: u64 = 100;

/// One message; with trailers, if it is a reply that was allowed to get that far.
struct Message {
    data: bool,
    trailers: Option<HeaderMap>,
}

impl Body for Message {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if std::mem::take(&mut self.data) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"\0\0\0\0\x02ab")))));
        }
        Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }
}

fn request(path: &'static str) -> Request<Message> {
    let mut request = Request::new(Message { data: true, trailers: None });
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static(path);
    request.headers_mut().insert("content-type", "application/grpc".parse().expect("a value"));
    request.headers_mut().insert("grpc-timeout", "5S".parse().expect("a value"));
    request.headers_mut().insert("tenant", "b".parse().expect("a value"));
    request
}

fn answer<B: Body>(request: Request<B>) -> Response<Message> {
    read(request.into_body());
    let trailers = HeaderMap::from_iter([("grpc-status".parse().expect("a name"), 0.into())]);
    Response::new(Message { data: true, trailers: Some(trailers) })
}

fn read<B: Body>(body: B) {
    let mut body = pin!(body);
    while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut Context::from_waker(Waker::noop())) {
        assert!(frame.is_ok());
    }
}

fn allocations<S, B, R>(service: &mut S, request: impl Fn() -> Request<B>) -> u64
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    let mut call = || {
        let mut future = pin!(service.call(request()));
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => read(response.into_body()),
            Poll::Ready(Err(_)) | Poll::Pending => panic!("no response"),
        }
    };
    // A thread's first call makes its counters.
    call();
    allocation_counter::measure(|| (0..CALLS).for_each(|_| call())).count_total
}

#[test]
fn a_server_layer_allocates_nothing() {
    let metrics = ServerMetrics::builder()
        .file_descriptor_set(SET)
        .handling_histogram(Buckets::default())
        .context_label("tenant", ["a", "b"], |head| head.header("tenant"))
        .build()
        .expect("metrics");
    let mut bare = service_fn(|request: Request<Message>| ready(Ok::<_, Infallible>(answer(request))));
    let mut counted = metrics.layer().layer(service_fn(|request: Request<RequestBody<Message>>| {
        ready(Ok::<_, Infallible>(answer(request)))
    }));
    for path in ["/testpb.TestService/Ping", "/testpb.TestService/PingStream", "/no.Such/Method"] {
        let bare = allocations(&mut bare, || request(path));
        assert!(bare > 0, "allocations are not counted");
        assert_eq!(allocations(&mut counted, || request(path)), bare, "{path}");
    }
}

#[test]
fn a_call_that_is_dropped_allocates_nothing() {
    let metrics = ServerMetrics::builder().file_descriptor_set(SET).build().expect("metrics");
    let mut counted = metrics.layer().layer(service_fn(|_: Request<RequestBody<Message>>| {
        std::future::pending::<Result<Response<Message>, Infallible>>()
    }));
    let mut drop_call = || drop(counted.call(request("/testpb.TestService/Ping")));
    drop_call();
    let bare = allocation_counter::measure(|| drop(request("/testpb.TestService/Ping"))).count_total;
    assert_eq!(allocation_counter::measure(drop_call).count_total, bare);
}

/// A channel takes only `tonic::body::Body`, which is a box: tonic's one allocation for the
/// counting body, and the layer's none.
#[test]
fn a_client_layer_allocates_only_tonics_box_of_the_request() {
    let metrics = ClientMetrics::builder()
        .file_descriptor_set(SET)
        .handling_histogram(Buckets::default())
        .message_histograms(Buckets::default())
        .build()
        .expect("metrics");
    let channel =
        || service_fn(|request: Request<tonic::body::Body>| ready(Ok::<_, Infallible>(answer(request))));
    let request = || request("/testpb.TestService/Ping").map(tonic::body::Body::new);
    let bare = allocations(&mut channel(), request);
    let counted = allocations(&mut metrics.layer().layer(channel()), request);
    assert_eq!(counted, bare + CALLS);
}
