//! gRPC and plain HTTP side by side.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use http::{Request, header};
use tower_service::Service;

/// Two routers on one port: what says that it is gRPC goes to the one, the rest to the other, so that each answers an
/// unknown path in its own way (`UNIMPLEMENTED`, 404) and has layers of its own.
#[derive(Debug, Clone)]
pub struct OnePort {
    /// For requests with a content type of `application/grpc`.
    pub grpc: Router,
    /// For all others.
    pub http: Router,
}

impl Service<Request<Body>> for OnePort {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router has no back-pressure of its own.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let router = if is_grpc(&request) { &mut self.grpc } else { &mut self.http };
        router.call(request)
    }
}

/// Also `application/grpc+proto` and `application/grpc;...`, which an exact match would miss.
fn is_grpc<B>(request: &Request<B>) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
