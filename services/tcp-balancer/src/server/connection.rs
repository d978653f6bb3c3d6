//! A client's connection, from selecting a backend to closing both sockets.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::Server;
use super::connect::connect;
use super::departure::has_left;
use crate::config;
use crate::keepalive;
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
    let connected = tokio::select! {
        biased;
        connected = connect(&server, &config, peer) => connected,
        () = has_left(&client, config.abort_on_close()) => {
            server.aborted_connections.fetch_add(1, Relaxed);
            tracing::debug!(server = server.name, %peer, "the client left before a backend was connected");
            return;
        }
    };
    let Some((stream, lease)) = connected else {
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
    // The client's socket inherits these options from the listener.
    backend.set_nodelay(true)?;
    keepalive::enable(&*backend)?;
    if let Some(proxy) = config.proxy_protocol {
        let header = proxy_protocol::header(proxy.version, peer, client.local_addr()?);
        backend.write_all(&header).await?;
    }
    let (of_server, of_backend) = (&*server.traffic, &*lease.backend.traffic);
    let meters = [Meter::tx(of_server, of_backend), Meter::rx(of_server, of_backend)];
    relay::relay(client, backend, meters, config.relay_timeouts()).await
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
