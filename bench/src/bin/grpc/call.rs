//! One unary call without a socket: a request of one message, a reply of one message and trailers.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body::{Body, Frame};
use tower::Service;

/// The frame of an echo's message of nine bytes.
const FRAME: &[u8] = b"\0\0\0\0\x09\x0a\x07message";

/// One message, and trailers if it is a reply.
pub(crate) struct Message {
    data: bool,
    trailers: bool,
}

impl Message {
    fn request() -> Self {
        Self { data: true, trailers: false }
    }

    fn reply() -> Self {
        Self { data: true, trailers: true }
    }
}

impl Body for Message {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if std::mem::take(&mut self.data) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(FRAME)))));
        }
        if std::mem::take(&mut self.trailers) {
            let status = (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
            return Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::from_iter([status])))));
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        !self.data && !self.trailers
    }
}

fn request() -> Request<Message> {
    let mut request = Request::new(Message::request());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from_static("/proto.EchoService/EchoService");
    let headers = request.headers_mut();
    headers.insert("te", HeaderValue::from_static("trailers"));
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert("user-agent", HeaderValue::from_static("bench"));
    // Generated clients add this extension, and the peer's layer reads it.
    request.extensions_mut().insert(peer_tonic::GrpcMethod::new("proto.EchoService", "EchoService"));
    request
}

/// Handles a call: reads the whole request, then replies. Never inlined, because a real handler is not inlined into the
/// layer either.
#[inline(never)]
pub(crate) fn handle<B: Body>(request: Request<B>) -> Response<Message> {
    read(request.into_body());
    Response::new(Message::reply())
}

#[inline(never)]
fn read<B: Body>(body: B) {
    let mut body = pin!(body);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut context) {
        std::hint::black_box(frame.is_ok());
        // hyper stops here, too.
        if body.is_end_stream() {
            break;
        }
    }
}

/// Makes one call and reads the whole reply. `prepare` converts the request for the service.
pub(crate) fn make<S, B, R>(service: &mut S, prepare: impl FnOnce(Request<Message>) -> Request<B>)
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    let mut future = pin!(service.call(prepare(request())));
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => read(response.into_body()),
        Poll::Ready(Err(_)) | Poll::Pending => unreachable!("the service answers at once"),
    }
}
