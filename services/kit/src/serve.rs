//! HTTP/1 and HTTP/2 without TLS on one port, with gRPC health and a graceful end.
//!
//! A connection's first bytes tell the version, and the server says nothing before them: gRPC with prior knowledge, a
//! browser and a Prometheus scrape share a port. On shutdown, [`serve`] stops accepting, asks each connection to end
//! after what is in flight, and cuts what is left when the grace period is over.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use axum::{Router, routing::get};
//! # async fn run(grpc: Router) -> std::io::Result<()> {
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
//! let http = Router::new().route("/healthz", get(|| async { "ok" }));
//! // `grpc` is tonic's `Routes::into_axum_router()`.
//! let service = crate::serve::OnePort { grpc, http };
//! crate::serve::serve(listener, service, crate::shutdown::signal()?, Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```

mod accept;
mod connections;
mod health;
mod one_port;
mod request_body;

use std::error::Error as StdError;
use std::time::Duration;

use crate::shutdown::{CancellationToken, Drained};
use axum::body::Body;
use http::{Request, Response};
use http_body::Body as HttpBody;
use tokio::net::TcpListener;
use tower_service::Service;

use crate::serve::connections::Connections;

pub use health::Health;
pub use one_port::OnePort;

/// Serves `service` on `listener` until `shutdown` is cancelled; then drains within `grace`.
///
/// A handler whose client is gone, or gives up, is dropped. Over HTTP/2, that is so even while it waits for the rest of
/// the request, of whose breaking off it is not told.
///
/// When it returns, every connection is closed and every handler has ended or been dropped, so that whatever they
/// count is final.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    shutdown: CancellationToken,
    grace: Duration,
) -> Drained
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>> + 'static,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let connections = Connections::new(shutdown.clone());
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            stream = accept::next(&listener) => connections.open(stream, service.clone()),
        }
    }
    drop(listener);
    connections.drain(grace).await
}
