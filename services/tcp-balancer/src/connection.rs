//! One client's connection, from a back end's choice to the end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config;
use crate::pool::Chosen;
use crate::proxy_protocol;
use crate::relay::{self, End};
use crate::server::Server;
use crate::traffic::{Active, Meter};

/// Serves a client that counts as active until all of this is over.
pub(crate) async fn serve(
    server: Arc<Server>,
    config: Arc<config::Server>,
    client: TcpStream,
    peer: SocketAddr,
    _active: Active,
) {
    let Some((stream, chosen)) = reach(&server, &config, peer).await else {
        server.count_failed();
        return;
    };
    let (name, backend) = (&server.name, &chosen.backend);
    let mut sockets = Sockets { client, backend: stream, clean: false };
    let result = talk(&server, &config, peer, &chosen, &mut sockets).await;
    tracing::debug!(server = name, backend = %backend.target, %peer, ?result, "connection ended");
    sockets.clean = matches!(result, Ok(End::Finished | End::Idle { delivered: true }));
}

async fn talk(
    server: &Server,
    config: &config::Server,
    peer: SocketAddr,
    chosen: &Chosen,
    Sockets { client, backend, .. }: &mut Sockets,
) -> io::Result<End> {
    // The client's socket has it from its listener.
    backend.set_nodelay(true)?;
    if let Some(proxy) = config.proxy_protocol {
        let header = proxy_protocol::header(proxy.version, peer, client.local_addr()?);
        backend.write_all(&header).await?;
    }
    let traffic = (&*server.traffic, &*chosen.backend.traffic);
    let meters = [Meter::tx(traffic.0, traffic.1), Meter::rx(traffic.0, traffic.1)];
    relay::relay(client, backend, meters, config.idle_timeout()).await
}

/// Both sockets. What did not end by itself is reset on both sides, so that neither takes what it has for all.
#[derive(Debug)]
struct Sockets {
    client: TcpStream,
    backend: TcpStream,
    clean: bool,
}

impl Drop for Sockets {
    fn drop(&mut self) {
        if !self.clean {
            for socket in [&self.client, &self.backend] {
                let _ = socket.set_zero_linger();
            }
        }
    }
}

/// A connection to a back end: each that may be had is tried, at most once.
async fn reach(server: &Server, config: &config::Server, peer: SocketAddr) -> Option<(TcpStream, Chosen)> {
    let mut tried = Vec::new();
    while let Some(chosen) = server.pool.choose(config.balance, peer.ip(), &tried) {
        let addresses = chosen.backend.addresses();
        match within(config.connection_timeout(), connect(&addresses)).await {
            Ok(stream) => {
                chosen.backend.traffic.count_connection();
                return Some((stream, chosen));
            }
            Err(error) => {
                let (name, backend) = (&server.name, &chosen.backend);
                tracing::debug!(server = name, backend = %backend.target, %error, "refused, trying another");
                backend.traffic.count_refused();
                tried.push(Arc::clone(backend));
            }
        }
    }
    tracing::debug!(server = server.name, %peer, "no back end for a client");
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

/// Connects to the first of `addresses` that takes it.
pub(crate) async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut result = Err(io::ErrorKind::AddrNotAvailable.into());
    for address in addresses {
        result = TcpStream::connect(address).await;
        if result.is_ok() {
            break;
        }
    }
    result
}
