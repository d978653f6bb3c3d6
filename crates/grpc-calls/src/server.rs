//! The side that handles calls.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::call::{self, Call};
use crate::{Direction, Observer, RequestBody, RequestHead, ResponseBody, failure};

/// Wraps a service that handles gRPC calls, so that an observer is told of them.
///
/// For [`tonic::transport::Server::builder().layer(..)`][layer], for one service, or for an axum router.
///
/// [layer]: https://docs.rs/tonic/latest/tonic/transport/server/struct.Server.html#method.layer
#[derive(Clone)]
pub struct ServerLayer<O> {
    observer: O,
}

/// A service whose calls are observed.
#[derive(Clone)]
pub struct ServerService<S, O> {
    inner: S,
    observer: O,
}

pin_project! {
    /// The future of an observed call's response.
    pub struct ServerFuture<F, O>
    where
        O: Observer,
    {
        #[pin]
        inner: F,
        call: Option<Call<O>>,
    }
}

// === impl ServerLayer ===

impl<O: Observer> ServerLayer<O> {
    /// A layer whose calls this observer is told of.
    pub fn new(observer: O) -> Self {
        Self { observer }
    }
}

impl<S, O: Observer> Layer<S> for ServerLayer<O> {
    type Service = ServerService<S, O>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService { inner, observer: self.observer }
    }
}

impl<O> fmt::Debug for ServerLayer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerLayer").finish_non_exhaustive()
    }
}

// === impl ServerService ===

impl<S, O: Observer> ServerService<S, O> {
    /// `None` for what is no gRPC call, as a browser's `OPTIONS` before one: such a request passes untold.
    fn start<B>(&self, request: &Request<B>) -> Option<Call<O>> {
        if request.method() != Method::POST {
            return None;
        }
        let methods = self.observer.methods();
        let method = match methods.find(request.uri().path()) {
            Some(method) => method,
            None if is_grpc(request) => methods.unknown(),
            None => return None,
        };
        Some(Call::start(self.observer, method, RequestHead::of(request)))
    }
}

fn is_grpc<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(http::header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

impl<S, B, R, O> Service<Request<B>> for ServerService<S, O>
where
    S: Service<Request<RequestBody<B, O>>, Response = Response<R>>,
    S::Error: 'static,
    R: Body<Data = Bytes>,
    O: Observer,
{
    type Response = Response<ResponseBody<R, O>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future, O>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut call = self.start(&request);
        let request = request.map(|body| RequestBody::new(body, call.as_ref(), Direction::Received));
        let inner = call::watch(&mut call, || self.inner.call(request));
        ServerFuture { inner, call }
    }
}

impl<S: tonic::server::NamedService, O> tonic::server::NamedService for ServerService<S, O> {
    const NAME: &'static str = S::NAME;
}

impl<S: fmt::Debug, O> fmt::Debug for ServerService<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

// === impl ServerFuture ===

impl<F, R, E, O> Future for ServerFuture<F, O>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body<Data = Bytes>,
    E: 'static,
    O: Observer,
{
    type Output = Result<Response<ResponseBody<R, O>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(call::watch(this.call, || this.inner.poll(cx)));
        let mut call = this.call.take();
        Poll::Ready(match result {
            Ok(response) => Ok(ResponseBody::wrap(response, call, Direction::Sent)),
            Err(error) => {
                if let Some(call) = &mut call {
                    call.end(failure::of_service(&error));
                }
                Err(error)
            }
        })
    }
}

impl<F, O: Observer> fmt::Debug for ServerFuture<F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerFuture").finish_non_exhaustive()
    }
}
