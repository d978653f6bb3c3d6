//! The layers, one per kind of call.

use std::sync::Arc;

use tower_layer::Layer;

use super::call::Kind;
use super::service::Traced;

/// Makes a server span of each HTTP request: `GET /route`, with `http.route` if it is axum's `Router::layer` that
/// applies it.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpServerLayer;

/// Makes a server span of each gRPC call: `package.Service/Method`.
#[derive(Debug, Clone, Copy, Default)]
pub struct GrpcServerLayer;

/// Makes a client span of each gRPC call, and sends its context along.
#[derive(Debug, Clone, Default)]
pub struct GrpcClientLayer {
    server: Option<Arc<(String, u16)>>,
}

impl GrpcClientLayer {
    /// Spans that do not say where the call goes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Spans with `server.address` and `server.port`.
    #[must_use]
    pub fn to(host: impl Into<String>, port: u16) -> Self {
        Self { server: Some(Arc::new((host.into(), port))) }
    }
}

impl<S> Layer<S> for HttpServerLayer {
    type Service = Traced<S>;

    fn layer(&self, inner: S) -> Traced<S> {
        Traced::new(inner, Kind::HttpServer)
    }
}

impl<S> Layer<S> for GrpcServerLayer {
    type Service = Traced<S>;

    fn layer(&self, inner: S) -> Traced<S> {
        Traced::new(inner, Kind::GrpcServer)
    }
}

impl<S> Layer<S> for GrpcClientLayer {
    type Service = Traced<S>;

    fn layer(&self, inner: S) -> Traced<S> {
        Traced::new(inner, Kind::GrpcClient(self.server.clone()))
    }
}
