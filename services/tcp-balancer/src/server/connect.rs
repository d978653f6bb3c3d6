//! Connecting a client to a backend, with retries.

use std::net::SocketAddr;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::Server;
use crate::backend::Backend;
use crate::config;
use crate::pool::Lease;
use crate::shortage::{RETRY_DELAY, Shortage};

/// How long a client waits for descriptors, memory or ports if connecting has no timeout.
const MAX_SHORTAGE_WAIT: Duration = Duration::from_secs(5);

type Connection = (TcpStream, Lease);

/// Connects to a backend, trying each eligible one at most once. While the balancer lacks resources, it retries until the
/// connection timeout. Returns `None` if no backend could be reached.
pub(super) async fn connect(
    server: &Server,
    config: &config::Server,
    peer: SocketAddr,
) -> Option<Connection> {
    let give_up_at = Instant::now() + config.connection_timeout().unwrap_or(MAX_SHORTAGE_WAIT);
    let mut tried = Vec::new();
    loop {
        match try_backends(server, config, peer, &mut tried).await {
            Break(connection) => return Some(connection),
            Continue(Round { has_shortage: true }) if Instant::now() < give_up_at => sleep(RETRY_DELAY).await,
            Continue(_) => {
                tracing::debug!(server = server.name, %peer, "no backend available");
                return None;
            }
        }
    }
}

/// A round of attempts without a connection.
struct Round {
    /// Whether a backend was not reached for lack of the balancer's own resources: it may be tried again.
    has_shortage: bool,
}

/// Tries the eligible backends that are not in `tried`, and adds those that fail.
async fn try_backends(
    server: &Server,
    config: &config::Server,
    peer: SocketAddr,
    tried: &mut Vec<Arc<Backend>>,
) -> ControlFlow<Connection, Round> {
    let mut short_of_ports = Vec::new();
    let mut has_shortage = false;
    while let Some(lease) =
        server.pool.select(config.balance, peer.ip(), &[tried.as_slice(), &short_of_ports].concat())
    {
        let (name, backend) = (&server.name, &lease.backend);
        let error = match lease.connect(config.connection_timeout()).await {
            Ok(stream) => {
                backend.traffic.count_connection();
                if backend.failures.succeed() {
                    tracing::info!(server = name, backend = %backend.target, "accepts connections again");
                }
                return Break((stream, lease));
            }
            Err(error) => error,
        };
        tracing::debug!(server = name, backend = %backend.target, %error, "cannot connect");
        match Shortage::of(&error) {
            Some(shortage) => {
                server.shortages.count(shortage, &error);
                has_shortage = true;
                if shortage != Shortage::Ports {
                    break;
                }
                // Ports are per address: another backend may have some left.
                short_of_ports.push(Arc::clone(backend));
            }
            None => {
                backend.traffic.count_refused();
                if lease.fail() {
                    let seconds = backend.ejection().fail_timeout.as_secs_f64();
                    tracing::warn!(server = name, backend = %backend.target, %error, seconds, "ejected");
                }
                tried.push(Arc::clone(backend));
            }
        }
    }
    Continue(Round { has_shortage })
}
