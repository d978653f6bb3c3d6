//! The open connections and their handlers, from accept to drain.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt;
use tower_service::Service;

use super::request_body;
use crate::shutdown::{CancellationToken, Drained, TaskTracker, drain};

/// Maximum time between the first byte of an HTTP/1 request and the end of its headers.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(30);
/// Interval of HTTP/2 keep-alive pings.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// An HTTP/2 connection is closed if a ping is not acknowledged within this time.
const PING_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Connections {
    builder: Builder<Handlers>,
    connections: TaskTracker,
    handlers: Handlers,
    shutdown: CancellationToken,
    /// Cancelled at the end of the grace period: drops the connections that are still open.
    abort: CancellationToken,
}

impl Connections {
    pub(crate) fn new(shutdown: CancellationToken, max_header_list_bytes: Option<u32>) -> Self {
        let handlers = Handlers(TaskTracker::new());
        let mut builder = Builder::new(handlers.clone());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT);
        if let Some(bytes) = max_header_list_bytes {
            builder.http2().max_header_list_size(bytes);
        }
        Self { builder, connections: TaskTracker::new(), handlers, shutdown, abort: CancellationToken::new() }
    }

    /// Serves the connection that `stream` returns. `None` stands for a failed handshake.
    pub(crate) fn open<I, S, B>(&self, stream: impl Future<Output = Option<I>> + Send + 'static, service: S)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<Box<dyn StdError + Send + Sync>> + 'static,
        B: HttpBody + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let (builder, shutdown, abort) = (self.builder.clone(), self.shutdown.clone(), self.abort.clone());
        let service = service.map_request(request_body::convert);
        self.connections.spawn(async move {
            // Nothing has been received yet, so nothing is lost at shutdown.
            let Some(Some(stream)) = shutdown.run_until_cancelled(stream).await else { return };
            let connection =
                builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            let mut connection = pin!(connection);
            let result = tokio::select! {
                biased;
                result = connection.as_mut() => result,
                () = shutdown.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        biased;
                        result = connection => result,
                        () = abort.cancelled() => Ok(()),
                    }
                }
            };
            if let Err(error) = result {
                tracing::debug!(error, "connection ended");
            }
        });
    }

    /// Waits at most `grace` for the connections to finish, then drops the remaining ones with their handlers.
    pub(crate) async fn drain(self, grace: Duration) -> Drained {
        let drained = drain("connections", &self.connections, grace).await;
        self.abort.cancel();
        self.connections.wait().await;
        self.handlers.0.close();
        self.handlers.0.wait().await;
        drained
    }
}

/// Spawns HTTP/2 handlers and tracks them, so that the drain can wait for the last one.
#[derive(Clone)]
struct Handlers(TaskTracker);

impl<F> Executor<F> for Handlers
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}
