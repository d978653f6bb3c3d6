//! The layer for clients.

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
use crate::{
    BoxError, CallObserver, Cause, Direction, Observer, RequestBody, RequestHead, ResponseBody, Side, status,
};

/// Observes the calls that are made through a tonic `Channel`, or a service in its place.
#[derive(Clone)]
pub struct ClientLayer<O> {
    observer: O,
}

/// A channel whose calls are observed. A generated client takes it in place of the channel.
#[derive(Clone)]
pub struct ClientService<S, O> {
    inner: S,
    observer: O,
}

pin_project! {
    /// The future of an observed call's response.
    pub struct ClientFuture<F, C>
    where
        C: CallObserver,
    {
        // First, so that it is dropped before the call ends.
        #[pin]
        inner: F,
        call: Option<Call<C>>,
    }
}

// === impl ClientLayer ===

impl<O: Observer> ClientLayer<O> {
    /// A layer that reports calls to an observer.
    pub fn new(observer: O) -> Self {
        Self { observer }
    }

    /// Adds an observer. Both observers get the same calls and ends.
    #[must_use]
    pub fn and<P: Observer>(self, observer: P) -> ClientLayer<(O, P)> {
        ClientLayer { observer: (self.observer, observer) }
    }
}

impl<S, O: Observer> Layer<S> for ClientLayer<O> {
    type Service = ClientService<S, O>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientService { inner, observer: self.observer.clone() }
    }
}

impl<O> fmt::Debug for ClientLayer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientLayer").finish_non_exhaustive()
    }
}

// === impl ClientService ===

impl<S, B, R, O> Service<Request<B>> for ClientService<S, O>
where
    S: Service<Request<tonic::body::Body>, Response = Response<R>>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    O: Observer,
{
    type Response = Response<ResponseBody<R, O::Call>>;
    /// The [`Status`] into which tonic would convert the channel's error for the caller.
    type Error = Status;
    type Future = ClientFuture<S::Future, O::Call>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.inner.poll_ready(cx).map_err(|error| Status::from_error(error.into()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = self.observer.find_method(Side::Client, request.uri().path());
        let observer = self.observer.start(Side::Client, method, RequestHead::of(&request));
        let (mut head, body) = request.into_parts();
        observer.inject(&mut head.headers);
        let body = tonic::body::Body::new(RequestBody::sent(body, &observer));
        let mut call = Some(Call::start(observer, &head.headers));
        let inner = call::watch(&mut call, || self.inner.call(Request::from_parts(head, body)));
        ClientFuture { inner, call }
    }
}

impl<S: fmt::Debug, O> fmt::Debug for ClientService<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

// === impl ClientFuture ===

impl<F, R, E, C> Future for ClientFuture<F, C>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body<Data = Bytes>,
    E: Into<BoxError>,
    C: CallObserver,
{
    type Output = Result<Response<ResponseBody<R, C>>, Status>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(call::watch(this.call, || this.inner.poll(cx)));
        let mut call = this.call.take();
        Poll::Ready(match result {
            Ok(response) => Ok(ResponseBody::wrap(response, call, Direction::Received)),
            Err(error) => {
                let status = Status::from_error(error.into());
                if let Some(call) = &mut call {
                    call.end(status::code_of_status(&status), Cause::Error(&status));
                }
                Err(status)
            }
        })
    }
}

impl<F, C: CallObserver> fmt::Debug for ClientFuture<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientFuture").finish_non_exhaustive()
    }
}
