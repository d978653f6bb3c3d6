//! A port for gRPC, alone or beside HTTP. Requests that are not valid gRPC are refused before any layer or handler.

mod message_limit;
mod refusal;
mod transport;

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::Request;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::resembles_grpc;

pub use refusal::{Refusal, Refused};
pub use transport::{GrpcSettings, GrpcTransport};

/// The services of a gRPC port, behind the checks of its [`GrpcTransport`].
///
/// As in Go's server, a refused request is not a call: no layer of the router observes it. `grpc_server_refused_total`
/// counts it.
#[derive(Debug, Clone)]
pub struct Grpc {
    transport: GrpcTransport,
    grpc: Router,
    http: Option<Router>,
}

impl Grpc {
    /// Serves gRPC only. `router` is tonic's `Routes::into_axum_router()`.
    #[must_use]
    pub fn new(transport: GrpcTransport, router: Router) -> Self {
        Self { transport, grpc: router, http: None }
    }

    /// Serves HTTP as well: requests whose content type does not start with `application/grpc`. Each router has its own
    /// layers and its own response to an unknown path: `UNIMPLEMENTED` or 404.
    #[must_use]
    pub fn and_http(self, router: Router) -> Self {
        Self { http: Some(router), ..self }
    }
}

impl Service<Request<Body>> for Grpc {
    type Response = Response;
    type Error = Infallible;
    type Future = GrpcFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // axum's routers are always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> GrpcFuture {
        if let Some(http) = &mut self.http
            && !resembles_grpc(&request)
        {
            return GrpcFuture::served(http.call(request));
        }
        match self.transport.refuse(&request) {
            Some(response) => GrpcFuture::refused(response),
            None => GrpcFuture::served(self.grpc.call(self.transport.limit(request))),
        }
    }
}

pin_project! {
    /// The future of a response of [`Grpc`].
    pub struct GrpcFuture {
        #[pin]
        inner: Inner,
    }
}

pin_project! {
    #[project = InnerProjection]
    enum Inner {
        Served { #[pin] response: RouteFuture<Infallible> },
        Refused { response: Option<Response> },
    }
}

impl GrpcFuture {
    fn served(response: RouteFuture<Infallible>) -> Self {
        Self { inner: Inner::Served { response } }
    }

    fn refused(response: Response) -> Self {
        Self { inner: Inner::Refused { response: Some(response) } }
    }
}

impl fmt::Debug for GrpcFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrpcFuture").finish_non_exhaustive()
    }
}

impl Future for GrpcFuture {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().inner.project() {
            InnerProjection::Served { response } => response.poll(context),
            InnerProjection::Refused { response } => {
                Poll::Ready(Ok(response.take().expect("a future is not polled after its end")))
            }
        }
    }
}
