//! A unary call without a socket, with a constant number of allocations, and a way to count them.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body::{Body, Frame};
use tower_service::Service;

/// The number of calls that [`allocations`] makes.
pub const CALLS: u64 = 100;

/// A body of one message, followed by trailers in a response.
#[derive(Debug)]
pub struct Message {
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

/// A request of one message, with a deadline and a `tenant` header.
pub fn request(path: &'static str) -> Request<Message> {
    let mut request = Request::new(Message { data: true, trailers: None });
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static(path);
    request.headers_mut().insert("content-type", "application/grpc".parse().expect("a value"));
    request.headers_mut().insert("grpc-timeout", "5S".parse().expect("a value"));
    request.headers_mut().insert("tenant", "b".parse().expect("a value"));
    request
}

/// Handles a call: reads the request, and responds with one message and the status `OK`.
pub fn respond<B: Body>(request: Request<B>) -> Response<Message> {
    read(request.into_body());
    let trailers = HeaderMap::from_iter([("grpc-status".parse().expect("a name"), 0.into())]);
    Response::new(Message { data: true, trailers: Some(trailers) })
}

/// Makes a call and reads the response.
///
/// # Panics
///
/// If the service does not respond in its first poll.
pub fn call<S, B, R>(service: &mut S, request: Request<B>)
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    let mut future = pin!(service.call(request));
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => read(response.into_body()),
        Poll::Ready(Err(_)) | Poll::Pending => panic!("no response in the first poll"),
    }
}

/// The number of allocations of [`CALLS`] calls, after a first call that may initialize thread-local state.
pub fn allocations(mut call: impl FnMut()) -> u64 {
    call();
    allocation_counter::measure(|| (0..CALLS).for_each(|_| call())).count_total
}

fn read<B: Body>(body: B) {
    let mut body = pin!(body);
    while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut Context::from_waker(Waker::noop())) {
        assert!(frame.is_ok());
    }
}
