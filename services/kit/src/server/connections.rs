//! The open connections and their handlers, from accept to drain.

mod activity;
mod head_scan;
mod response_body;
mod socket;
mod streams;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

use super::edge::{Edge, TimedOut, TwoLengths};
use super::{App, BoxError, Limits, request_body};
use crate::shutdown::{CancellationToken, Drained, TaskTracker, drain};
use activity::{Activity, InFlight};
use response_body::ResponseBody;
use socket::Socket;
use streams::{Stream, Streams};

/// Interval of HTTP/2 keep-alive pings.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// An HTTP/2 connection is closed if a ping is not acknowledged within this time.
const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for an idle HTTP/2 client to acknowledge the end of its connection.
const GOAWAY_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) struct Connections {
    builder: Builder<Streams>,
    app: App,
    edge: Edge,
    connections: TaskTracker,
    streams: TaskTracker,
    shutdown: CancellationToken,
    /// Cancelled at the end of the grace period: drops the connections that are still open.
    abort: CancellationToken,
}

impl Connections {
    pub(crate) fn new(app: App, shutdown: CancellationToken, limits: &Limits) -> Self {
        let edge = limits.edge.clone();
        let streams = TaskTracker::new();
        let write_timeout = edge.timeouts().write;
        let mut builder =
            Builder::new(Streams { tasks: streams.clone(), write_timeout, counts: edge.counts().clone() });
        // `Activity` limits the time for headers, also between HTTP/2's first bytes, where hyper has no limit.
        builder.http1().timer(TokioTimer::new()).header_read_timeout(None);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT)
            .max_header_list_size(limits.max_header_list_bytes);
        let (connections, abort) = (TaskTracker::new(), CancellationToken::new());
        Self { builder, app, edge, connections, streams, shutdown, abort }
    }

    /// Serves the connection that `stream` returns. `None` stands for a failed handshake.
    pub(crate) fn open<I>(&self, stream: impl Future<Output = Option<I>> + Send + 'static, peer: SocketAddr)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (builder, app, edge) = (self.builder.clone(), self.app.clone(), self.edge.clone());
        let (shutdown, abort) = (self.shutdown.clone(), self.abort.clone());
        self.connections.spawn(async move {
            // Nothing has been received yet, so nothing is lost at shutdown.
            let Some(Some(stream)) = shutdown.run_until_cancelled(stream).await else { return };
            let activity = Arc::new(Activity::new(edge.timeouts()));
            let socket = Socket::new(stream, Arc::clone(&activity), edge.counts().clone());
            let (watched, served) = (Arc::clone(&activity), edge.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let mut request = request_body::convert(request);
                request.extensions_mut().insert(ConnectInfo(peer));
                if activity.has_two_lengths() {
                    request.extensions_mut().insert(TwoLengths);
                }
                respond(app.clone(), served.clone(), peer, activity.begin(), request)
            });
            let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
            let end = tokio::select! {
                biased;
                result = connection.as_mut() => End::Closed(result),
                () = shutdown.cancelled() => End::Shutdown,
                reason = watched.timed_out() => End::TimedOut(reason),
            };
            let result = match end {
                End::Closed(result) => result,
                End::Shutdown => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        biased;
                        result = connection => result,
                        () = abort.cancelled() => Ok(()),
                        reason = watched.timed_out() => { edge.counts().close(reason); Ok(()) }
                    }
                }
                End::TimedOut(reason) => {
                    edge.counts().close(reason);
                    if reason != TimedOut::Idle {
                        return;
                    }
                    // A request that is on its way is served: HTTP/2's GOAWAY names the last one.
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        result = connection => result,
                        () = sleep(GOAWAY_TIMEOUT) => Ok(()),
                    }
                }
            };
            if let Err(error) = result {
                edge.refuse_connection(&*error, peer);
            }
        });
    }

    /// Waits at most `grace` for the connections to finish, then drops the remaining ones with their handlers.
    pub(crate) async fn drain(self, grace: Duration) -> Drained {
        let drained = drain("connections", &self.connections, grace).await;
        self.abort.cancel();
        self.connections.wait().await;
        self.streams.close();
        self.streams.wait().await;
        drained
    }
}

enum End {
    Closed(Result<(), BoxError>),
    Shutdown,
    TimedOut(TimedOut),
}

/// The response to a request, which is in flight until the response's body has been sent.
async fn respond(
    app: App,
    edge: Edge,
    peer: SocketAddr,
    in_flight: InFlight,
    request: Request<Body>,
) -> Result<Response<Body>, BoxError> {
    let response = edge.respond(app, request, peer).await?;
    Ok(response
        .map(|inner| Body::new(ResponseBody { inner, stream: Stream::current(), _request: in_flight })))
}
