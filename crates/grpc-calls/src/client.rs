//! The side that makes calls.

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
use crate::{BoxError, Direction, Observer, RequestBody, RequestHead, ResponseBody, failure};

/// Wraps a tonic `Channel`, or what stands for one, so that an observer is told of the calls through it.
#[derive(Clone)]
pub struct ClientLayer<O> {
    observer: O,
}

/// A channel whose calls are observed; a generated client takes it in the channel's place.
#[derive(Clone)]
pub struct ClientService<S, O> {
    inner: S,
    observer: O,
}

pin_project! {
    /// The future of an observed call's response.
    pub struct ClientFuture<F, O>
    where
        O: Observer,
    {
        #[pin]
        inner: F,
        call: Option<Call<O>>,
    }
}

// === impl ClientLayer ===

impl<O: Observer> ClientLayer<O> {
    /// A layer whose calls this observer is told of.
    pub fn new(observer: O) -> Self {
        Self { observer }
    }
}

impl<S, O: Observer> Layer<S> for ClientLayer<O> {
    type Service = ClientService<S, O>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientService { inner, observer: self.observer }
    }
}

impl<O> fmt::Debug for ClientLayer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientLayer").finish_non_exhaustive()
    }
}

// === impl ClientService ===

impl<S, O: Observer> ClientService<S, O> {
    fn start<B>(&self, request: &Request<B>) -> Call<O> {
        let methods = self.observer.methods();
        let method = methods.find_behind_prefix(request.uri().path()).unwrap_or(methods.unknown());
        Call::start(self.observer, method, RequestHead::of(request))
    }
}

impl<S, B, R, O> Service<Request<B>> for ClientService<S, O>
where
    S: Service<Request<tonic::body::Body>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    O: Observer,
{
    type Response = Response<ResponseBody<R, O>>;
    /// What tonic makes of the channel's error, which is what the caller gets in any case.
    type Error = Status;
    type Future = ClientFuture<S::Future, O>;

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

impl<S: fmt::Debug, O> fmt::Debug for ClientService<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

// === impl ClientFuture ===

impl<F, R, E, O> Future for ClientFuture<F, O>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body<Data = Bytes>,
    E: Into<BoxError>,
    O: Observer,
{
    type Output = Result<Response<ResponseBody<R, O>>, Status>;

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

impl<F, O: Observer> fmt::Debug for ClientFuture<F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientFuture").finish_non_exhaustive()
    }
}
