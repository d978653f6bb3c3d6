//! Listening and accepting connections.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use kit::shutdown::{CancellationToken, TaskTracker};
use rustix::net::sockopt::set_socket_reuseport;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::{Server, connection};
use crate::keepalive;
use crate::shortage::{RETRY_DELAY, Shortage};
use crate::traffic::ActiveGuard;

/// Length of the accept queue: Linux's default maximum (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;
/// Interval at which the memory of ended connections is freed while no new connections arrive.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// Control of an accept loop.
pub(super) struct Signals {
    /// Starts accepting: there is a backend to connect to, or the first lookups have failed.
    pub(super) start: CancellationToken,
    /// Stops accepting.
    pub(super) stop: CancellationToken,
    /// Closes the connections that are still open after `stop`.
    pub(super) close: CancellationToken,
    /// Is cancelled when the listener is closed or taken over.
    pub(super) closed: CancellationToken,
}

/// Resolves `HOST:PORT`, in the order of preference.
///
/// # Errors
///
/// If the host has no address.
pub(crate) async fn resolve(address: &str) -> io::Result<Vec<SocketAddr>> {
    Ok(lookup_host(address).await?.collect())
}

/// Listens on an address. With `is_shared`, other sockets that allow it may be bound to the address.
///
/// # Errors
///
/// If the address cannot be bound.
pub(crate) fn listen(address: SocketAddr, is_shared: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(is_shared)?;
    // Accepted sockets inherit these options. TCP_NODELAY: bytes are forwarded as they arrive, so that Nagle's algorithm
    // would only delay them.
    socket.set_nodelay(true)?;
    keepalive::enable(&socket)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?;
    if is_shared {
        set_socket_reuseport(&listener, false)?;
    }
    Ok(listener)
}

/// Accepts connections from `start` until `stop`, then waits until they end or `close` is cancelled. After `stop`, it
/// accepts the connections that clients have already opened, unless another server has taken over the listener.
pub(super) async fn accept(
    listener: Arc<TcpListener>,
    server: Arc<Server>,
    tracker: TaskTracker,
    Signals { start, stop, close, closed }: Signals,
) {
    // Declared before the listener is moved: it is dropped after it.
    let closed = closed.drop_guard();
    let listener = listener;
    let mut connections = JoinSet::new();
    let mut stopped = pin!(stop.cancelled());
    let mut sweep = interval(SWEEP_INTERVAL);
    tokio::select! {
        () = start.cancelled() => {}
        () = stopped.as_mut() => return,
    }
    loop {
        tokio::select! {
            biased;
            () = stopped.as_mut() => break,
            (client, peer) = next(&listener, &server) => {
                admit(&server, client, peer, &tracker, &mut connections);
            }
            _ = sweep.tick() => {}
        }
        while connections.try_join_next().is_some() {}
    }
    if let Some(listener) = Arc::into_inner(listener)
        && !close.is_cancelled()
    {
        for (client, peer) in opened(listener) {
            admit(&server, client, peer, &tracker, &mut connections);
        }
    }
    drop(closed);
    tokio::select! {
        biased;
        () = close.cancelled() => {}
        () = async { while connections.join_next().await.is_some() {} } => {}
    }
    connections.shutdown().await;
}

/// The connections in the accept queue. Closing the listener would reset them.
fn opened(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let accept = || {
        let (client, peer) = listener.accept().ok()?;
        client.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(client).ok()?, peer))
    };
    std::iter::from_fn(accept).take(BACKLOG as usize).collect()
}

/// Serves the client, or closes its connection if the server is full.
fn admit(
    server: &Arc<Server>,
    client: TcpStream,
    peer: SocketAddr,
    tracker: &TaskTracker,
    connections: &mut JoinSet<()>,
) {
    let config = server.config();
    let limit = u64::from(config.max_connections());
    if limit > 0 && server.traffic.active() >= limit {
        server.traffic.count_refused();
        return;
    }
    server.traffic.count_connection();
    let active = ActiveGuard::new(&server.traffic);
    let serving = connection::serve(Arc::clone(server), config, client, peer, active);
    connections.spawn(tracker.track_future(serving));
}

/// Accepts the next connection, retrying after errors. After a shortage, wherever it occurred, it waits: open connections get
/// the resources first.
async fn next(listener: &TcpListener, server: &Server) -> (TcpStream, SocketAddr) {
    let mut has_failed = false;
    loop {
        server.shortages.wait().await;
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_client_error(&error) => {}
            Err(error) => match Shortage::of(&error) {
                Some(shortage) => server.shortages.count(shortage, &error),
                None => {
                    if !has_failed {
                        tracing::error!(server = server.name, %error, "cannot accept connections, retrying");
                    }
                    has_failed = true;
                    sleep(RETRY_DELAY).await;
                }
            },
        }
    }
}

/// Whether the error concerns only the connection that was being accepted. Linux passes errors that its network already has
/// (accept(2)).
fn is_client_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::NetworkUnreachable
    )
}

#[cfg(test)]
mod tests {
    use rustix::net::sockopt;

    use super::*;

    #[tokio::test]
    async fn accepted_sockets_inherit_the_listeners_options() {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = listen(any_port, false).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (accepted, _) = accepted.expect("accepted");
        assert!(accepted.nodelay().expect("an open socket"));
        assert!(sockopt::socket_keepalive(&accepted).expect("an open socket"));
        assert_eq!(sockopt::tcp_keepidle(&accepted), Ok(Duration::from_secs(15)));
        assert_eq!(sockopt::tcp_keepintvl(&accepted), Ok(Duration::from_secs(15)));
        assert_eq!(sockopt::tcp_keepcnt(&accepted), Ok(9));
        drop(client);
    }
}
