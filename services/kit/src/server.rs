//! HTTP/1 and HTTP/2 without TLS on one port, with graceful shutdown.
//!
//! The first bytes of a connection decide the protocol, and the server sends nothing before them. gRPC with prior
//! knowledge, a browser and a Prometheus scrape can therefore share a port. On shutdown, [`serve`] stops accepting,
//! lets each connection finish its requests in flight, and cuts the remaining ones at the end of the grace period.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use axum::{Router, routing::get};
//! # async fn run(grpc: Router) -> Result<(), Box<dyn std::error::Error>> {
//! let listener = kit::server::bind("--port", 8080).await?;
//! let app = Router::new().route("/healthz", get(|| async { "ok" }));
//! kit::server::serve(listener, app, kit::shutdown::signal()?, Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```

mod connections;
#[cfg(feature = "grpc")]
mod grpc;
mod listener;
mod request_body;

use std::error::Error as StdError;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_body::Body as HttpBody;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

use crate::shutdown::{CancellationToken, Drained};
use connections::Connections;

#[cfg(feature = "grpc")]
pub use grpc::{Grpc, GrpcFuture, GrpcSettings, GrpcTransport, Refusal, Refused};
pub use listener::Listener;

const MIN_ACCEPT_BACKOFF: Duration = Duration::from_millis(5);
const MAX_ACCEPT_BACKOFF: Duration = Duration::from_secs(1);

/// The port is in use, or the process may not use it.
#[derive(Debug, Error)]
#[error("{flag}: cannot listen on port {port}")]
pub struct BindError {
    flag: &'static str,
    port: u16,
    source: io::Error,
}

/// Listens on `port` of all IPv4 interfaces, and logs the address. `flag` is the setting that errors and the log name.
///
/// # Errors
///
/// If the port is in use, or the process may not use it.
pub async fn bind(flag: &'static str, port: u16) -> Result<TcpListener, BindError> {
    let failed = |source| BindError { flag, port, source };
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await.map_err(failed)?;
    tracing::info!(flag, address = %listener.local_addr().map_err(failed)?, "listening");
    Ok(listener)
}

/// Limits of a server. A duration converts to limits with this grace period.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Maximum duration of the drain.
    pub grace: Duration,
    /// Maximum size of the headers of an HTTP/2 request, as HTTP/2 defines it; 16 KiB if it is `None`.
    pub max_header_list_bytes: Option<u32>,
}

impl From<Duration> for Limits {
    fn from(grace: Duration) -> Self {
        Self { grace, max_header_list_bytes: None }
    }
}

/// Serves `service` on `listener`, a [`TcpListener`] or one with TLS, until `shutdown` is cancelled, then drains for at most the grace period.
///
/// A handler is dropped when its client disconnects or cancels the request. Over HTTP/2, this holds even while the
/// handler reads the request's body, which never ends cleanly before the client ends it: the body stays pending for the
/// handler, and fails for a task that outlives the handler.
///
/// When `serve` returns, every connection is closed and every handler has finished or been dropped, so that counters
/// that they update are final.
pub async fn serve<S, B>(
    listener: impl Into<Listener>,
    service: S,
    shutdown: CancellationToken,
    limits: impl Into<Limits>,
) -> Drained
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>> + 'static,
    B: HttpBody + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let (listener, limits) = (listener.into(), limits.into());
    let connections = Connections::new(shutdown.clone(), limits.max_header_list_bytes);
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            stream = accept(listener.tcp()) => listener.open(&connections, stream, service.clone()),
        }
    }
    drop(listener);
    connections.drain(limits.grace).await
}

/// The next connection. Skips peers that disconnected before they were accepted. When the process lacks file
/// descriptors or memory, retries with exponential backoff and logs only the first error.
async fn accept(listener: &TcpListener) -> TcpStream {
    let mut backoff = MIN_ACCEPT_BACKOFF;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Responses are written at once: Nagle's algorithm would only delay them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_peer_error(&error) => {}
            Err(error) => {
                if backoff == MIN_ACCEPT_BACKOFF {
                    tracing::error!(%error, "cannot accept connections, retrying");
                }
                tokio::time::sleep(backoff).await;
                backoff = (backoff * 2).min(MAX_ACCEPT_BACKOFF);
            }
        }
    }
}

fn is_peer_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bind_error_names_the_flag_and_the_port() {
        let listener = bind("--port", 0).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let error = anyhow::Error::from(bind("--port", port).await.expect_err("in use"));
        let message = format!("{error:#}");
        assert!(
            message.starts_with(&format!("--port: cannot listen on port {port}: Address already in use")),
            "{message}"
        );
    }
}
