//! Counting on the side that makes calls.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tonic::Status;
use tower_layer::Layer;
use tower_service::Service;

use crate::call::{self, Call};
use crate::context::RequestHead;
use crate::recorder::{Direction, Recorder};
use crate::{BoxError, RequestBody, ResponseBody, deadline, failure};

/// Wraps a tonic `Channel`, or what stands for one, so that the calls through it are counted.
///
/// Made by [`ClientMetrics::layer`](crate::ClientMetrics::layer).
#[derive(Clone)]
pub struct ClientLayer {
    recorder: &'static Recorder,
}

/// A channel whose calls are counted; a generated client takes it in the channel's place.
#[derive(Clone)]
pub struct ClientService<S> {
    inner: S,
    recorder: &'static Recorder,
}

pin_project! {
    /// The future of a counted call's response.
    pub struct ClientFuture<F> {
        #[pin]
        inner: F,
        call: Option<Call>,
    }
}

// === impl ClientLayer ===

impl ClientLayer {
    pub(crate) fn new(recorder: &'static Recorder) -> Self {
        Self { recorder }
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientService { inner, recorder: self.recorder }
    }
}

impl fmt::Debug for ClientLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientLayer").finish_non_exhaustive()
    }
}

// === impl ClientService ===

impl<S> ClientService<S> {
    fn start<B>(&self, request: &Request<B>) -> Call {
        let methods = &self.recorder.methods;
        let method = methods.find_behind_prefix(request.uri().path()).unwrap_or(methods.unknown());
        let series = self.recorder.series(method, RequestHead::of(request));
        Call::start(self.recorder, series, deadline::of_headers(request.headers()))
    }
}

impl<S, B, R> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<tonic::body::Body>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<R>>;
    /// What tonic makes of the channel's error, which is what the caller gets in any case.
    type Error = Status;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.inner.poll_ready(cx).map_err(|error| Status::from_error(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut call = Some(self.start(&request));
        let request = request
            .map(|body| tonic::body::Body::new(RequestBody::new(body, call.as_ref(), Direction::Sent)));
        let inner = call::watch(&mut call, || self.inner.call(request));
        ClientFuture { inner, call }
    }
}

impl<S: fmt::Debug> fmt::Debug for ClientService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

// === impl ClientFuture ===

impl<F, R, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body<Data = Bytes>,
    E: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<R>>, Status>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(call::watch(this.call, || this.inner.poll(cx)));
        let mut call = this.call.take();
        Poll::Ready(match result {
            Ok(response) => Ok(ResponseBody::wrap(response, call, Direction::Received)),
            Err(error) => {
                let status = Status::from_error(error.into());
                if let Some(call) = &mut call {
                    call.end(failure::of_status(&status));
                }
                Err(status)
            }
        })
    }
}

impl<F> fmt::Debug for ClientFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientFuture").finish_non_exhaustive()
    }
}
