//! One server: a listener, its back ends, and what is counted.

mod accept;
mod listen;

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
use crate::discovery;
use crate::health;
use crate::pool::Pool;
use crate::traffic::Traffic;

pub(crate) use listen::listen;

/// A server. It stays the same one while its configuration, even its listener, changes.
#[derive(Debug)]
pub struct Server {
    /// Its name in the configuration.
    pub name: String,
    /// What went through it.
    pub traffic: Arc<Traffic>,
    /// Its back ends.
    pub pool: Arc<Pool>,
    failed: AtomicU64,
    config: RwLock<Arc<config::Server>>,
    running: Mutex<Running>,
}

/// What runs for a server.
#[derive(Debug, Default)]
struct Running {
    address: Option<SocketAddr>,
    /// Ends accepting.
    stop: CancellationToken,
    /// Ends connections, those that an earlier listener has accepted, too.
    cut: CancellationToken,
    /// Discovery and health checks; aborted when dropped.
    watching: JoinSet<()>,
    stopped: Option<Instant>,
}

impl Server {
    pub(crate) fn new(name: String, config: config::Server) -> Self {
        Self {
            name,
            traffic: Arc::default(),
            pool: Arc::default(),
            failed: AtomicU64::new(0),
            config: RwLock::new(Arc::new(config)),
            running: Mutex::default(),
        }
    }

    /// Its configuration now.
    pub fn config(&self) -> Arc<config::Server> {
        Arc::clone(&self.config.read())
    }

    /// Where it listens, if it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.running.lock().address
    }

    /// How many clients found no back end.
    pub fn failed(&self) -> u64 {
        self.failed.load(Relaxed)
    }

    /// Since when it does not accept any more.
    pub(crate) fn stopped_since(&self) -> Option<Instant> {
        self.running.lock().stopped
    }

    pub(crate) fn count_failed(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    /// Begins with this configuration, or goes on with it. With a listener, it accepts from this one instead of the one
    /// before; connections stay.
    pub(crate) fn run(
        self: &Arc<Self>,
        config: config::Server,
        listener: Option<TcpListener>,
        tasks: &Tasks,
    ) {
        let config = Arc::new(config);
        *self.config.write() = Arc::clone(&config);
        let mut running = self.running.lock();
        let found = CancellationToken::new();
        running.watching = JoinSet::new();
        let live = config.healthcheck.initial_status == config::InitialStatus::Healthy;
        let discovering = discovery::watch(
            self.name.clone(),
            Arc::clone(&self.pool),
            config.discovery.clone(),
            live,
            found.clone(),
        );
        running.watching.spawn(discovering);
        running.watching.spawn(health::watch(
            self.name.clone(),
            Arc::clone(&self.pool),
            config.healthcheck.clone(),
        ));
        if let Some(listener) = listener {
            running.stop.cancel();
            running.stop = CancellationToken::new();
            if running.cut.is_cancelled() {
                running.cut = CancellationToken::new();
            }
            running.address = listener.local_addr().ok();
            running.stopped = None;
            let address = running.address.map(|address| address.to_string());
            tracing::info!(server = self.name, address, "listening");
            let ends = accept::Ends { stop: running.stop.clone(), cut: running.cut.clone() };
            let accepting =
                accept::accept(listener, Arc::clone(self), tasks.connections.clone(), found, ends);
            tasks.accepting.spawn(accepting);
        }
    }

    /// Accepts no more, and looks for no back ends. Connections go on.
    pub(crate) fn stop(&self) {
        let mut running = self.running.lock();
        running.stop.cancel();
        running.address = None;
        running.watching = JoinSet::new();
        running.stopped.get_or_insert_with(Instant::now);
    }

    /// Ends its connections.
    pub(crate) fn cut(&self) {
        self.running.lock().cut.cancel();
    }
}

/// What runs for all servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    /// One for each listener, until the last connection that it accepted has ended.
    pub(crate) accepting: TaskTracker,
    pub(crate) connections: TaskTracker,
}
