//! A server: a listener, the backends behind it, and their counts.

mod connect;
mod connection;
mod departure;
mod lifecycle;
mod listener;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use kit::shutdown::{CancellationToken, TaskTracker};
use parking_lot::{Mutex, RwLock};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::config;
use crate::discovery::Failures;
use crate::pool::Pool;
use crate::shortage::Shortages;
use crate::traffic::Traffic;

pub(crate) use listener::{listen, resolve};

/// A server. It keeps its identity and counts when its configuration changes, even when its address does.
#[derive(Debug)]
pub struct Server {
    /// Name in the configuration.
    pub name: String,
    /// Bytes and connections.
    pub traffic: Arc<Traffic>,
    /// Backends.
    pub pool: Arc<Pool>,
    /// Lookups and records that discovery could not use.
    pub(crate) discovery_failures: Arc<Failures>,
    failed_connections: AtomicU64,
    aborted_connections: AtomicU64,
    shortages: Arc<Shortages>,
    config: RwLock<Arc<config::Server>>,
    lifecycle: Mutex<Lifecycle>,
    /// One task per listener of this server.
    accepting: TaskTracker,
}

/// The listener and tasks of a server.
#[derive(Debug, Default)]
struct Lifecycle {
    listener: Option<Arc<TcpListener>>,
    /// Address of the listener.
    address: Option<SocketAddr>,
    /// Stops accepting connections from the current listener.
    stop: CancellationToken,
    /// Is cancelled when the accept loop has released the current listener.
    closed: CancellationToken,
    /// Closes all connections, including those that an earlier listener accepted.
    close: CancellationToken,
    /// Cancelled when there are backends to connect to. It outlives the discovery that cancels it, so that a listener
    /// whose first discovery was replaced waits for the next one.
    is_ready: CancellationToken,
    /// Dropping it aborts discovery.
    discovery: JoinSet<()>,
    /// Dropping it aborts the health checks.
    health: JoinSet<()>,
    stopped_at: Option<Instant>,
}

/// The tasks of all servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    /// One task per listener, which ends after the last connection that it accepted.
    pub(crate) listeners: TaskTracker,
    /// One task per connection.
    pub(crate) connections: TaskTracker,
}

impl Server {
    pub(crate) fn new(name: String, config: config::Server, shortages: Arc<Shortages>) -> Self {
        Self {
            name,
            traffic: Arc::default(),
            pool: Arc::default(),
            discovery_failures: Arc::default(),
            failed_connections: AtomicU64::new(0),
            aborted_connections: AtomicU64::new(0),
            shortages,
            config: RwLock::new(Arc::new(config)),
            lifecycle: Mutex::default(),
            accepting: TaskTracker::new(),
        }
    }

    /// The current configuration.
    pub fn config(&self) -> Arc<config::Server> {
        Arc::clone(&self.config.read())
    }

    /// The address that it listens on; `None` if it is stopped.
    pub fn address(&self) -> Option<SocketAddr> {
        self.lifecycle.lock().address
    }

    /// The listener; `None` if it is stopped.
    pub(crate) fn listener(&self) -> Option<Arc<TcpListener>> {
        self.lifecycle.lock().listener.clone()
    }

    /// Client connections that were closed because no backend could be reached.
    pub fn failed_connections(&self) -> u64 {
        self.failed_connections.load(Relaxed)
    }

    /// Client connections that the client closed before a backend was connected.
    pub fn aborted_connections(&self) -> u64 {
        self.aborted_connections.load(Relaxed)
    }

    /// The time at which the server stopped accepting connections.
    pub(crate) fn stopped_at(&self) -> Option<Instant> {
        self.lifecycle.lock().stopped_at
    }
}
