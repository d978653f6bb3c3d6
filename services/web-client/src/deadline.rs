//! A deadline for a whole call: it is sent to the server and enforced here.
//!
//! tonic's timer covers neither the wait for a connection nor the response body, and reports `Cancelled`. This one covers
//! both and ends the call with the status `DeadlineExceeded`.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tonic::Status;
use tower::util::{Oneshot, ServiceExt};
use tower_service::Service;

/// A channel whose calls end within a deadline.
#[derive(Clone, Debug)]
pub(crate) struct Deadline<S> {
    inner: S,
    timeout: Duration,
    /// The value of `grpc-timeout`.
    header: HeaderValue,
}

pin_project! {
    pub(crate) struct DeadlineFuture<S, Q> where S: Service<Q> {
        #[pin]
        inner: Oneshot<S, Q>,
        timer: Option<Pin<Box<Sleep>>>,
        timeout: Duration,
    }
}

pin_project! {
    /// A response body that ends within the deadline.
    pub(crate) struct DeadlineBody<B> {
        // None once the deadline has passed.
        #[pin]
        inner: Option<B>,
        timer: Option<Pin<Box<Sleep>>>,
        timeout: Duration,
    }
}

fn exceeded(timeout: Duration) -> Status {
    Status::deadline_exceeded(format!("no reply within {timeout:?}"))
}

impl<S> Deadline<S> {
    pub(crate) fn new(inner: S, timeout: Duration) -> Self {
        // The header allows eight digits: milliseconds cover a day.
        let header = HeaderValue::try_from(format!("{}m", timeout.as_millis())).expect("digits and a letter");
        Self { inner, timeout, header }
    }
}

impl<S, Q, R> Service<Request<Q>> for Deadline<S>
where
    S: Service<Request<Q>, Response = Response<R>> + Clone,
{
    type Response = Response<DeadlineBody<R>>;
    type Error = S::Error;
    type Future = DeadlineFuture<S, Request<Q>>;

    /// Always ready: the wait for the channel is part of the call.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Q>) -> Self::Future {
        request.headers_mut().insert("grpc-timeout", self.header.clone());
        DeadlineFuture {
            inner: self.inner.clone().oneshot(request),
            timer: Some(Box::pin(sleep(self.timeout))),
            timeout: self.timeout,
        }
    }
}

fn has_expired(timer: Option<&mut Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> bool {
    timer.is_some_and(|timer| timer.as_mut().poll(cx).is_ready())
}

impl<S, Q, R> Future for DeadlineFuture<S, Q>
where
    S: Service<Q, Response = Response<R>>,
{
    type Output = Result<Response<DeadlineBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let timeout = *this.timeout;
        if has_expired(this.timer.as_mut(), cx) {
            let response = exceeded(timeout).into_http::<()>();
            return Poll::Ready(Ok(response.map(|()| DeadlineBody { inner: None, timer: None, timeout })));
        }
        let timer = this.timer;
        this.inner.poll(cx).map_ok(|response| {
            response.map(|body| DeadlineBody { inner: Some(body), timer: timer.take(), timeout })
        })
    }
}

impl<B: Body<Data = Bytes>> Body for DeadlineBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        if has_expired(this.timer.as_mut(), cx) {
            this.inner.set(None);
            let mut trailers = HeaderMap::new();
            let _ = exceeded(*this.timeout).add_header(&mut trailers);
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        inner.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{pending, ready};

    use http_body_util::{BodyExt, Empty};
    use tokio::time::Instant;
    use tower::service_fn;

    use super::*;

    const TIMEOUT: Duration = Duration::from_millis(1500);

    /// A body that never yields a frame.
    #[derive(Default)]
    struct Silence;

    impl Body for Silence {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    fn code(headers: &HeaderMap) -> &[u8] {
        headers["grpc-status"].as_bytes()
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_response_ends_with_deadline_exceeded() {
        let silent = service_fn(|request: Request<()>| {
            assert_eq!(request.headers()["grpc-timeout"], "1500m");
            pending::<Result<Response<Silence>, Infallible>>()
        });
        let start = Instant::now();
        let response = Deadline::new(silent, TIMEOUT).oneshot(Request::new(())).await.unwrap();
        assert_eq!(code(response.headers()), b"4");
        assert_eq!(start.elapsed(), TIMEOUT);
        assert!(response.into_body().is_end_stream());
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_stalls_ends_with_deadline_exceeded() {
        let stuck = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(Silence))));
        let start = Instant::now();
        let response = Deadline::new(stuck, TIMEOUT).oneshot(Request::new(())).await.unwrap();
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(code(body.trailers().unwrap()), b"4");
        assert_eq!(start.elapsed(), TIMEOUT);
    }

    #[tokio::test]
    async fn a_response_in_time_is_unchanged() {
        let quick =
            service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))));
        let response = Deadline::new(quick, TIMEOUT).oneshot(Request::new(())).await.unwrap();
        assert!(response.headers().is_empty());
        assert!(response.into_body().collect().await.unwrap().trailers().is_none());
    }
}
