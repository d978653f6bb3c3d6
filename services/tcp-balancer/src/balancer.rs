//! The set of servers, and changes to it: by the configuration file and over REST.

mod change;
mod servers;
mod takeover;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

use kit::shutdown::CancellationToken;
use parking_lot::RwLock;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::config::{self, Defaults, File};
use crate::pool::RETENTION;
use crate::server::{Server, Tasks, resolve};
use crate::shortage::Shortages;
pub use change::{ChangeError, ReloadCounts};
use servers::{Entry, Origin, Servers};
use takeover::Takeover;

/// A handle to the balancer. Clones share it.
#[derive(Clone, Debug)]
pub struct Balancer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    started_at: SystemTime,
    servers: RwLock<Servers>,
    tasks: Tasks,
    shortages: Arc<Shortages>,
    /// Held during a change, from the first check to the last effect.
    change: Mutex<()>,
    shutdown: CancellationToken,
    reloads_ok: AtomicU64,
    reloads_failed: AtomicU64,
}

impl Balancer {
    /// Reads the configuration file and starts its servers.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is invalid, or an address cannot be bound.
    pub async fn start(path: PathBuf) -> Result<Self, ChangeError> {
        let balancer = Self(Arc::new(Inner {
            path,
            started_at: SystemTime::now(),
            servers: RwLock::default(),
            tasks: Tasks::default(),
            shortages: Arc::default(),
            change: Mutex::default(),
            shutdown: CancellationToken::new(),
            reloads_ok: AtomicU64::new(0),
            reloads_failed: AtomicU64::new(0),
        }));
        let file = File::read(&balancer.0.path)?;
        balancer.apply(file).await?;
        Ok(balancer)
    }

    /// Reads the configuration file again. Unchanged servers are not touched, changed ones keep their connections, and
    /// servers added over REST stay. A server may take the address of another one that gives it up.
    ///
    /// # Errors
    ///
    /// As [`Balancer::start`], and if the file has the name of a server added over REST or does not stop changing.
    /// Nothing changes then.
    pub async fn reload(&self) -> Result<(), ChangeError> {
        let result = async {
            let _change = self.begin_change().await?;
            self.apply(File::read_settled(&self.0.path).await?).await
        }
        .await;
        let count = if result.is_ok() { &self.0.reloads_ok } else { &self.0.reloads_failed };
        count.fetch_add(1, Relaxed);
        result
    }

    /// Does everything that can fail before the first effect.
    async fn apply(&self, file: File) -> Result<(), ChangeError> {
        let before = self.0.servers.read().running.clone();
        let mut takeover = Takeover::default();
        let mut changes = Vec::new();
        let (mut removed, added_over_rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
            before.clone().into_iter().partition(|(_, entry)| entry.origin == Origin::File);
        added_over_rest.values().for_each(|entry| takeover.keep(&entry.server));
        for (name, config) in file.servers {
            removed.remove(&name);
            let old = before.get(&name);
            if old.is_some_and(|old| old.origin == Origin::Rest) {
                return Err(ChangeError::Exists(name));
            }
            let old = old.map(|old| &old.server);
            if let Some(old) = old.filter(|old| old.config().bind.address() == config.bind.address()) {
                takeover.keep(old);
            } else {
                takeover.request(&name, &config, self.resolve(&name, &config).await?);
                takeover.release(old, false);
            }
            if old.is_some_and(|old| *old.config() == config) {
                continue;
            }
            changes.push((name, config));
        }
        removed.values().for_each(|entry| takeover.release(Some(&entry.server), true));
        let mut listeners = takeover.listen()?;
        let mut closing = Vec::new();
        for name in removed.into_keys() {
            tracing::warn!(server = name, "stopped listening: the server is not in the file any more");
            closing.extend(self.stop_server(&name).and_then(|(_, closed)| closed));
        }
        self.0.servers.write().defaults = file.defaults;
        for (name, config) in changes {
            let listener = listeners.remove(&name);
            closing.extend(self.run_server(name, config, listener, Origin::File));
        }
        // The next change may need an address that this one has given up.
        for closed in closing {
            closed.cancelled().await;
        }
        Ok(())
    }

    /// The addresses of a server's `bind`.
    async fn resolve(&self, name: &str, config: &config::Server) -> Result<Vec<SocketAddr>, ChangeError> {
        let address = config.bind.address();
        match self.0.shutdown.run_until_cancelled(resolve(&address)).await {
            None => Err(ChangeError::ShuttingDown),
            Some(Ok(addresses)) => Ok(addresses),
            Some(Err(source)) => Err(ChangeError::Resolve { server: name.to_owned(), address, source }),
        }
    }

    /// Adds and starts a server. Limits that it does not set are the file's defaults.
    ///
    /// # Errors
    ///
    /// If the name is taken, or the address cannot be bound.
    pub async fn add(&self, name: String, config: config::Server) -> Result<(), ChangeError> {
        let _change = self.begin_change().await?;
        if self.get(&name).is_some() {
            return Err(ChangeError::Exists(name));
        }
        let config = config.with_defaults(&self.0.servers.read().defaults);
        let mut takeover = Takeover::default();
        takeover.request(&name, &config, self.resolve(&name, &config).await?);
        let listener = takeover.listen()?.remove(&name);
        self.run_server(name, config, listener, Origin::Rest);
        Ok(())
    }

    /// Stops a server and closes its connections. Returns whether the server existed, when its address is free.
    pub async fn remove(&self, name: &str) -> bool {
        let _change = self.0.change.lock().await;
        let removed = self.stop_server(name);
        if let Some((server, _)) = &removed {
            tracing::info!(server = name, "stopped listening");
            server.close_connections();
            server.wait_until_closed().await;
        }
        removed.is_some()
    }

    async fn begin_change(&self) -> Result<MutexGuard<'_, ()>, ChangeError> {
        let change = self.0.change.lock().await;
        if self.0.shutdown.is_cancelled() { Err(ChangeError::ShuttingDown) } else { Ok(change) }
    }

    /// Returns a token that is cancelled when the server has closed its previous listener, if it gets another one.
    fn run_server(
        &self,
        name: String,
        config: config::Server,
        listener: Option<Arc<TcpListener>>,
        origin: Origin,
    ) -> Option<CancellationToken> {
        let mut servers = self.0.servers.write();
        let running = servers.running.get(&name).map(|entry| Arc::clone(&entry.server));
        let known = running.or_else(|| servers.take_stopping(&name));
        let server = known.unwrap_or_else(|| {
            Arc::new(Server::new(name.clone(), config.clone(), Arc::clone(&self.0.shortages)))
        });
        let closed = server.run(config, listener, &self.0.tasks);
        servers.running.insert(name, Entry { server, origin });
        closed
    }

    /// Returns the server, and a token that is cancelled when it has closed its listener.
    fn stop_server(&self, name: &str) -> Option<(Arc<Server>, Option<CancellationToken>)> {
        let mut servers = self.0.servers.write();
        let server = servers.running.remove(name)?.server;
        let closed = server.stop();
        servers.stopping.push(Arc::clone(&server));
        Some((server, closed))
    }

    /// The running servers, by name.
    pub fn servers(&self) -> Vec<Arc<Server>> {
        self.0.servers.read().running.values().map(|entry| Arc::clone(&entry.server)).collect()
    }

    /// The running server with this name.
    pub fn get(&self, name: &str) -> Option<Arc<Server>> {
        self.0.servers.read().running.get(name).map(|entry| Arc::clone(&entry.server))
    }

    /// The file's defaults.
    pub fn defaults(&self) -> Defaults {
        self.0.servers.read().defaults
    }

    /// The balancer's start time.
    pub fn started_at(&self) -> SystemTime {
        self.0.started_at
    }

    /// Number of reloads since the start.
    pub fn reloads(&self) -> ReloadCounts {
        ReloadCounts { ok: self.0.reloads_ok.load(Relaxed), failed: self.0.reloads_failed.load(Relaxed) }
    }

    pub(crate) fn shortages(&self) -> &Shortages {
        &self.0.shortages
    }

    /// The servers that have metrics.
    pub(crate) fn running_and_stopping(&self) -> Vec<Arc<Server>> {
        let mut all = self.servers();
        all.extend(self.0.servers.read().stopping.iter().cloned());
        all
    }

    /// Ends a rate window of length `elapsed`, and drops expired servers and backends.
    pub(crate) fn end_window(&self, elapsed: Duration) {
        let now = Instant::now();
        for server in self.running_and_stopping() {
            server.traffic.end_window(elapsed);
            for backend in server.pool.backends().iter() {
                backend.traffic.end_window(elapsed);
            }
            server.pool.drop_expired(now);
        }
        self.0.servers.write().stopping.retain(|server| {
            let is_recent = |stopped| now.duration_since(stopped) < RETENTION;
            server.traffic.active() > 0 || server.stopped_at().is_none_or(is_recent)
        });
    }

    /// Stops accepting connections, waits at most `grace` for the open ones to end, and closes the remaining ones. When it
    /// returns, all bytes are counted.
    pub(crate) async fn drain(&self, grace: Duration) {
        self.0.shutdown.cancel();
        let change = self.0.change.lock().await;
        let servers = self.running_and_stopping();
        for server in &servers {
            server.stop();
        }
        drop(change);
        let tasks = &self.0.tasks;
        kit::shutdown::drain("connections", &tasks.connections, grace).await;
        servers.iter().for_each(|server| server.close_connections());
        tasks.listeners.close();
        tasks.listeners.wait().await;
        for server in servers {
            let counts = server.traffic.snapshot();
            let (connections, rx, tx) = (counts.connections, counts.rx, counts.tx);
            tracing::info!(server = server.name, connections, rx, tx, "stopped");
        }
    }
}
