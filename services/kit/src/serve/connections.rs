//! The open connections, and their handlers.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use crate::shutdown::{CancellationToken, Drained, TaskTracker, drain};
use axum::body::Body;
use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tower::ServiceExt;
use tower_service::Service;

use crate::serve::request_body;

/// How long a client may take to send the head of an HTTP/1 request, from its first byte on.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// An HTTP/2 peer is asked for a sign of life this often, ...
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// ... and taken for gone after this long without one.
const PING_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) struct Connections {
    builder: Builder<Handlers>,
    tasks: TaskTracker,
    handlers: Handlers,
    shutdown: CancellationToken,
    cut: CancellationToken,
}

impl Connections {
    pub(crate) fn new(shutdown: CancellationToken) -> Self {
        let handlers = Handlers(TaskTracker::new());
        let mut builder = Builder::new(handlers.clone());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT);
        Self { builder, tasks: TaskTracker::new(), handlers, shutdown, cut: CancellationToken::new() }
    }

    pub(crate) fn open<S, B>(&self, stream: TcpStream, service: S)
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<Box<dyn StdError + Send + Sync>> + 'static,
        B: HttpBody + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let (builder, shutdown, cut) = (self.builder.clone(), self.shutdown.clone(), self.cut.clone());
        let service = service.map_request(request_body::of);
        self.tasks.spawn(async move {
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
                        () = cut.cancelled() => Ok(()),
                    }
                }
            };
            if let Err(error) = result {
                tracing::debug!(error, "connection ended");
            }
        });
    }

    /// Waits for the connections, at most `grace`; then drops those that are left, and with them their handlers.
    pub(crate) async fn drain(self, grace: Duration) -> Drained {
        let drained = drain("connections", &self.tasks, grace).await;
        self.cut.cancel();
        self.tasks.wait().await;
        self.handlers.0.close();
        self.handlers.0.wait().await;
        drained
    }
}

/// Spawns HTTP/2 handlers, and knows when the last of them has ended.
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
