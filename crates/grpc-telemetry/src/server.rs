//! The layer for servers.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body::Body;
use pin_project_lite::pin_project;
use tonic::Code;
use tower_layer::Layer;
use tower_service::Service;

use crate::call::{self, Call};
use crate::{
    CallObserver, Cause, Direction, Observer, RequestBody, RequestHead, ResponseBody, Side, protocol, status,
};

/// Observes the calls that a service handles.
///
/// It applies to a whole server with
/// [`Server::layer`](https://docs.rs/tonic/latest/tonic/transport/server/struct.Server.html#method.layer), to one
/// service, or to an axum router.
#[derive(Clone)]
pub struct ServerLayer<O> {
    observer: O,
    requires_end_stream: bool,
}

/// A service whose calls are observed.
#[derive(Clone)]
pub struct ServerService<S, O> {
    inner: S,
    observer: O,
    requires_end_stream: bool,
}

pin_project! {
    /// The future of an observed call's response.
    pub struct ServerFuture<F, C>
    where
        C: CallObserver,
    {
        // First, so that it is dropped before the call ends.
        #[pin]
        inner: F,
        call: Option<Call<C>>,
    }
}

// === impl ServerLayer ===

impl<O: Observer> ServerLayer<O> {
    /// A layer that reports calls to an observer.
    pub fn new(observer: O) -> Self {
        Self { observer, requires_end_stream: false }
    }

    /// Takes an HTTP/2 request whose body ends without `END_STREAM` for one whose client has disconnected: the handler
    /// reads an error, and the call is `Canceled`.
    ///
    /// A proxy resets a stream in this way, with `NO_ERROR`, if its own client disconnects. Without this setting, it is
    /// only detected before a request or within a message: the handler takes the requests so far for all.
    ///
    /// Set it if the request's body is that of hyper's, tonic's or axum's server, or one that passes on its
    /// [`is_end_stream`](Body::is_end_stream). Others, such as that of a client in the same process, may return false
    /// after the end.
    #[must_use]
    pub fn require_end_stream(self) -> Self {
        Self { requires_end_stream: true, ..self }
    }

    /// Adds an observer. Both observers get the same calls and ends.
    #[must_use]
    pub fn and<P: Observer>(self, observer: P) -> ServerLayer<(O, P)> {
        let Self { observer: first, requires_end_stream } = self;
        ServerLayer { observer: (first, observer), requires_end_stream }
    }
}

impl<S, O: Observer> Layer<S> for ServerLayer<O> {
    type Service = ServerService<S, O>;

    fn layer(&self, inner: S) -> Self::Service {
        let requires_end_stream = self.requires_end_stream;
        ServerService { inner, observer: self.observer.clone(), requires_end_stream }
    }
}

impl<O> fmt::Debug for ServerLayer<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerLayer").finish_non_exhaustive()
    }
}

// === impl ServerService ===

impl<S, O: Observer> ServerService<S, O> {
    /// `None` for a request that is not a gRPC call, such as a browser's preflight `OPTIONS`.
    fn start<B>(&self, request: &Request<B>) -> Option<O::Call> {
        if request.method() != Method::POST {
            return None;
        }
        let method = self.observer.find_method(Side::Server, request.uri().path());
        (method.is_some() || protocol::is_grpc(request.headers()))
            .then(|| self.observer.start(Side::Server, method, RequestHead::of(request)))
    }
}

impl<S, B, R, O> Service<Request<B>> for ServerService<S, O>
where
    S: Service<Request<RequestBody<B, <O::Call as CallObserver>::Messages>>, Response = Response<R>>,
    S::Error: 'static,
    R: Body<Data = Bytes>,
    O: Observer,
{
    type Response = Response<ResponseBody<R, O::Call>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future, O::Call>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let observer = self.start(&request);
        let (head, body) = request.into_parts();
        let is_flagged = self.requires_end_stream && head.version == Version::HTTP_2;
        let body = RequestBody::received(body, observer.as_ref(), is_flagged);
        let mut call = observer.map(|observer| Call::start(observer, &head.headers));
        let inner = call::watch(&mut call, || self.inner.call(Request::from_parts(head, body)));
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

impl<F, R, E, C> Future for ServerFuture<F, C>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Body<Data = Bytes>,
    E: 'static,
    C: CallObserver,
{
    type Output = Result<Response<ResponseBody<R, C>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(call::watch(this.call, || this.inner.poll(cx)));
        let mut call = this.call.take();
        Poll::Ready(match result {
            Ok(response) => Ok(ResponseBody::wrap(response, call, Direction::Sent)),
            Err(error) => {
                if let Some(call) = &mut call {
                    match status::as_error(&error) {
                        Some(error) => call.end(status::code_of_service_error(error), Cause::Error(error)),
                        None => call.end(Code::Internal, Cause::OpaqueError),
                    }
                }
                Err(error)
            }
        })
    }
}

impl<F, C: CallObserver> fmt::Debug for ServerFuture<F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerFuture").finish_non_exhaustive()
    }
}
