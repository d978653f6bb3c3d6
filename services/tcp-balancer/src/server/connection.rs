//! A client's connection, from selecting a backend to closing both sockets.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Server;
use crate::config;
use crate::pool::Lease;
use crate::proxy_protocol;
use crate::relay::{self, End};
use crate::traffic::{ActiveGuard, Meter};

/// Serves a client. The connection counts as active until this returns.
pub(super) async fn serve(
    server: Arc<Server>,
    config: Arc<config::Server>,
    client: TcpStream,
    peer: SocketAddr,
    _active: ActiveGuard,
) {
    let Some((stream, lease)) = connect(&server, &config, peer).await else {
        server.failed_connections.fetch_add(1, Relaxed);
        return;
    };
    let mut sockets = Sockets { client, backend: stream, is_clean: false };
    let result = forward(&server, &config, peer, &lease, &mut sockets).await;
    let (name, backend) = (&server.name, &lease.backend.target);
    tracing::debug!(server = name, %backend, %peer, ?result, "connection ended");
    sockets.is_clean = matches!(result, Ok(End::Finished | End::Idle { delivered: true }));
}

/// Sends the PROXY protocol header if configured, and forwards bytes in both directions.
async fn forward(
    server: &Server,
    config: &config::Server,
    peer: SocketAddr,
    lease: &Lease,
    Sockets { client, backend, .. }: &mut Sockets,
) -> io::Result<End> {
    // The client's socket inherits this option from the listener.
    backend.set_nodelay(true)?;
    if let Some(proxy) = config.proxy_protocol {
        let header = proxy_protocol::header(proxy.version, peer, client.local_addr()?);
        backend.write_all(&header).await?;
    }
    let (of_server, of_backend) = (&*server.traffic, &*lease.backend.traffic);
    let meters = [Meter::tx(of_server, of_backend), Meter::rx(of_server, of_backend)];
    relay::relay(client, backend, meters, config.idle_timeout()).await
}

/// Both sockets of a connection. Unless the connection ended cleanly, they are closed with a reset, so that neither side
/// takes truncated data for complete data.
#[derive(Debug)]
struct Sockets {
    client: TcpStream,
    backend: TcpStream,
    is_clean: bool,
}

impl Drop for Sockets {
    fn drop(&mut self) {
        if !self.is_clean {
            for socket in [&self.client, &self.backend] {
                let _ = socket.set_zero_linger();
            }
        }
    }
}

/// Connects to a backend, trying each eligible one at most once. Returns `None` if all attempts failed.
async fn connect(server: &Server, config: &config::Server, peer: SocketAddr) -> Option<(TcpStream, Lease)> {
    let mut tried = Vec::new();
    while let Some(lease) = server.pool.select(config.balance, peer.ip(), &tried) {
        match within(config.connection_timeout(), lease.backend.connect()).await {
            Ok(stream) => {
                lease.backend.traffic.count_connection();
                return Some((stream, lease));
            }
            Err(error) => {
                let (name, backend) = (&server.name, &lease.backend.target);
                tracing::debug!(server = name, %backend, %error, "cannot connect, trying another backend");
                lease.backend.traffic.count_refused();
                tried.push(Arc::clone(&lease.backend));
            }
        }
    }
    tracing::debug!(server = server.name, %peer, "no backend available");
    None
}

async fn within(
    limit: Option<Duration>,
    connecting: impl Future<Output = io::Result<TcpStream>>,
) -> io::Result<TcpStream> {
    match limit {
        Some(limit) => timeout(limit, connecting).await.unwrap_or(Err(io::ErrorKind::TimedOut.into())),
        None => connecting.await,
    }
}
