//! Dispatch between gRPC and plain HTTP by content type.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::{Request, header};
use tower_service::Service;

/// Two routers on one port. Each has its own layers and its own response to an unknown path: `UNIMPLEMENTED` or 404.
#[derive(Debug, Clone)]
pub struct GrpcAndHttp {
    /// The router for requests with a content type that starts with `application/grpc`; tonic's `Routes::into_axum_router()`.
    pub grpc: Router,
    /// The router for all other requests.
    pub http: Router,
}

impl Service<Request<Body>> for GrpcAndHttp {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // axum's routers are always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let router = if is_grpc(&request) { &mut self.grpc } else { &mut self.http };
        router.call(request)
    }
}

/// Matches `application/grpc+proto` and `application/grpc;...` too.
fn is_grpc<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
