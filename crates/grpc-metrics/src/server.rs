//! Counting on the side that handles calls.

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
use crate::context::RequestHead;
use crate::recorder::{Direction, Recorder};
use crate::{RequestBody, ResponseBody, deadline, failure};

/// Wraps a service that handles gRPC calls, so that they are counted.
///
/// Made by [`ServerMetrics::layer`](crate::ServerMetrics::layer), for
/// [`tonic::transport::Server::builder().layer(..)`][layer] or for an axum router.
///
/// [layer]: https://docs.rs/tonic/latest/tonic/transport/server/struct.Server.html#method.layer
#[derive(Clone)]
pub struct ServerLayer {
    recorder: &'static Recorder,
}

/// A service whose calls are counted.
#[derive(Clone)]
pub struct ServerService<S> {
    inner: S,
    recorder: &'static Recorder,
}

pin_project! {
    /// The future of a counted call's response.
    pub struct ServerFuture<F> {
        #[pin]
        inner: F,
        call: Option<Call>,
    }
}

// === impl ServerLayer ===

impl ServerLayer {
    pub(crate) fn new(recorder: &'static Recorder) -> Self {
        Self { recorder }
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService { inner, recorder: self.recorder }
    }
}

impl fmt::Debug for ServerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerLayer").finish_non_exhaustive()
    }
}

// === impl ServerService ===

impl<S> ServerService<S> {
    /// `None` for what is no gRPC call, as a browser's `OPTIONS` before one: such a request passes uncounted.
    fn start<B>(&self, request: &Request<B>) -> Option<Call> {
        if request.method() != Method::POST {
            return None;
        }
        let methods = &self.recorder.methods;
        let method = match methods.find(request.uri().path()) {
            Some(method) => method,
            None if is_grpc(request) => methods.unknown(),
            None => return None,
        };
        let series = self.recorder.series(method, RequestHead::of(request));
        Some(Call::start(self.recorder, series, deadline::of_headers(request.headers())))
    }
}

fn is_grpc<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(http::header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

impl<S, B, R> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>>,
    S::Error: 'static,
    R: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

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

impl<S: tonic::server::NamedService> tonic::server::NamedService for ServerService<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: fmt::Debug> fmt::Debug for ServerService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

// === impl ServerFuture ===

impl<F, R, E> Future for ServerFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body<Data = Bytes>,
    E: 'static,
{
    type Output = Result<Response<ResponseBody<R>>, E>;

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

impl<F> fmt::Debug for ServerFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerFuture").finish_non_exhaustive()
    }
}
