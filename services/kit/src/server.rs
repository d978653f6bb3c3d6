//! HTTP/1 and HTTP/2 without TLS on one port, with graceful shutdown.
//!
//! The first bytes of a connection decide the protocol, and the server sends nothing before them. gRPC with prior
//! knowledge, a browser and a Prometheus scrape can therefore share a port. [`Edge`] refuses invalid, foreign and cross-site
//! requests before any handler, and closes stalled connections. On shutdown, [`serve`] stops accepting,
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

mod bind;
mod connections;
mod edge;
mod frames;
#[cfg(feature = "grpc")]
mod grpc;
mod listener;
mod request_body;

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{Request, Response, header};
use http_body::Body as HttpBody;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tower::util::BoxCloneService;
use tower::{Service, ServiceExt};

use crate::shutdown::{CancellationToken, Drained};
use connections::Connections;

pub use bind::{BindError, bind};
pub use edge::{AllowedHosts, Edge, HttpSettings, InvalidHosts, Timeouts};
#[cfg(feature = "grpc")]
pub use grpc::{Grpc, GrpcFuture, GrpcSettings, GrpcTransport, Refusal, Refused};
pub use listener::Listener;

const MIN_ACCEPT_BACKOFF: Duration = Duration::from_millis(5);
const MAX_ACCEPT_BACKOFF: Duration = Duration::from_secs(1);
/// The limit of an HTTP/2 request's headers that clients see. It is above the limit of [`Edge`], so that requests in between are
/// refused and counted.
const ANNOUNCED_HEADER_BYTES: u32 = 128 << 10;

type BoxError = Box<dyn StdError + Send + Sync>;
/// The service of a server.
type App = BoxCloneService<Request<Body>, Response<Body>, BoxError>;

/// Limits of a server. A duration converts to limits with this grace period and the default edge.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Maximum duration of the drain.
    pub grace: Duration,
    /// Timeouts, allowed hosts and counters.
    pub edge: Edge,
    /// Maximum size of the headers of an HTTP/2 request, as HTTP/2 defines it.
    max_header_list_bytes: u32,
}

impl From<Duration> for Limits {
    fn from(grace: Duration) -> Self {
        Self { grace, edge: Edge::default(), max_header_list_bytes: ANNOUNCED_HEADER_BYTES }
    }
}

/// Whether a request is meant as gRPC, valid or not.
fn resembles_grpc<B>(request: &Request<B>) -> bool {
    const PREFIX: &[u8] = b"application/grpc";
    request.headers().get_all(header::CONTENT_TYPE).iter().any(|value| {
        value.as_bytes().get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
    })
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
    S::Error: Into<BoxError> + 'static,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (listener, limits) = (listener.into(), limits.into());
    let app = service.map_response(|response| response.map(Body::new)).map_err(Into::into);
    let connections = Connections::new(BoxCloneService::new(app), shutdown.clone(), &limits);
    let write_timeout = limits.edge.timeouts().write;
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            (stream, peer) = accept(listener.tcp()) => {
                prepare(&stream, write_timeout);
                listener.open(&connections, stream, peer);
            }
        }
    }
    drop(listener);
    connections.drain(limits.grace).await
}

/// Sets the options of an accepted connection. A failure only costs what the options give.
fn prepare(stream: &TcpStream, write_timeout: Duration) {
    // Responses are written at once: Nagle's algorithm would only delay them.
    let _ = stream.set_nodelay(true);
    // Ends the connection of a client that does not read, also while the kernel buffers a short response.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(stream).set_tcp_user_timeout(Some(write_timeout));
}

/// The next connection. Skips peers that disconnected before they were accepted. When the process lacks file
/// descriptors or memory, retries with exponential backoff and logs only the first error.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut backoff = MIN_ACCEPT_BACKOFF;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
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
