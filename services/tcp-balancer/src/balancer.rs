//! All servers, and how they change.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

use kit::shutdown::CancellationToken;
use parking_lot::RwLock;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::config::{self, Defaults, File, FileError};
use crate::pool::REMEMBER;
use crate::server::{self, Server, Tasks};

/// The balancer; a clone is another handle of the same one.
#[derive(Clone, Debug)]
pub struct Balancer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    started: SystemTime,
    servers: RwLock<Servers>,
    tasks: Tasks,
    /// Held by whoever changes servers, from the first check to the last change.
    changing: Mutex<()>,
    stopping: CancellationToken,
    reloaded: AtomicU64,
    rejected: AtomicU64,
}

#[derive(Debug, Default)]
struct Servers {
    defaults: Defaults,
    running: BTreeMap<String, Entry>,
    /// Those that have been stopped, while they have connections, and a while longer.
    leaving: Vec<Arc<Server>>,
}

#[derive(Clone, Debug)]
struct Entry {
    server: Arc<Server>,
    origin: Origin,
}

/// Who has added a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    File,
    Rest,
}

/// Why servers cannot be as wished; they are as before.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// The file is wrong.
    #[error(transparent)]
    File(#[from] FileError),
    /// An address cannot be listened on.
    #[error("servers.{server}: cannot listen on {address}")]
    Listen {
        /// The server.
        server: String,
        /// Where it should listen.
        address: String,
        /// Why it cannot.
        source: io::Error,
    },
    /// There is one of that name.
    #[error("there is a server {0} already")]
    Exists(String),
    /// It is too late for changes.
    #[error("the balancer is stopping")]
    Stopping,
}

impl Balancer {
    /// Reads the file and starts its servers.
    ///
    /// # Errors
    ///
    /// If the file is wrong, or an address cannot be listened on.
    pub async fn start(path: PathBuf) -> Result<Self, ChangeError> {
        let balancer = Self(Arc::new(Inner {
            path,
            started: SystemTime::now(),
            servers: RwLock::default(),
            tasks: Tasks::default(),
            changing: Mutex::default(),
            stopping: CancellationToken::new(),
            reloaded: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
        }));
        balancer.apply().await?;
        Ok(balancer)
    }

    /// Reads the file again: what has not changed goes on as it was, what has changed keeps its connections. Servers
    /// that were added over REST stay.
    ///
    /// # Errors
    ///
    /// As [`Balancer::start`]; everything is as before then.
    pub async fn reload(&self) -> Result<(), ChangeError> {
        let result = self.apply().await;
        let count = if result.is_ok() { &self.0.reloaded } else { &self.0.rejected };
        count.fetch_add(1, Relaxed);
        result
    }

    /// Everything that can fail comes before anything that changes.
    async fn apply(&self) -> Result<(), ChangeError> {
        let _changing = self.change().await?;
        let file = File::read(&self.0.path)?;
        let before = self.0.servers.read().running.clone();
        let mut changes = Vec::new();
        for (name, config) in &file.servers {
            let old = before.get(name);
            if old.is_some_and(|old| old.origin == Origin::Rest) {
                return Err(ChangeError::Exists(name.clone()));
            }
            let old = old.map(|old| old.server.config());
            if old.as_ref().is_some_and(|old| **old == *config) {
                continue;
            }
            let stays = old.is_some_and(|old| old.bind.address() == config.bind.address());
            let listener = if stays { None } else { Some(listen(name, config).await?) };
            changes.push((name.clone(), config.clone(), listener));
        }
        let gone = |(name, entry): &(&String, &Entry)| {
            entry.origin == Origin::File && !file.servers.contains_key(*name)
        };
        for (name, _) in before.iter().filter(gone) {
            self.retire(name);
        }
        self.0.servers.write().defaults = file.defaults;
        for (name, config, listener) in changes {
            self.run(name, config, listener, Origin::File);
        }
        Ok(())
    }

    /// Adds a server and starts it, with the file's defaults.
    ///
    /// # Errors
    ///
    /// If there is one of that name, or its address cannot be listened on.
    pub async fn add(&self, name: String, config: config::Server) -> Result<(), ChangeError> {
        let _changing = self.change().await?;
        if self.get(&name).is_some() {
            return Err(ChangeError::Exists(name));
        }
        let config = config.with_defaults(&self.0.servers.read().defaults);
        let listener = listen(&name, &config).await?;
        self.run(name, config, Some(listener), Origin::Rest);
        Ok(())
    }

    /// Stops a server and cuts its connections. Whether there was one.
    pub async fn remove(&self, name: &str) -> bool {
        let _changing = self.0.changing.lock().await;
        let removed = self.retire(name);
        if let Some(server) = &removed {
            server.cut();
        }
        removed.is_some()
    }

    async fn change(&self) -> Result<MutexGuard<'_, ()>, ChangeError> {
        let changing = self.0.changing.lock().await;
        if self.0.stopping.is_cancelled() { Err(ChangeError::Stopping) } else { Ok(changing) }
    }

    fn run(&self, name: String, config: config::Server, listener: Option<TcpListener>, origin: Origin) {
        let mut servers = self.0.servers.write();
        let known = servers.running.get(&name).map(|entry| Arc::clone(&entry.server));
        let server = known.or_else(|| servers.revive(&name));
        let server = server.unwrap_or_else(|| Arc::new(Server::new(name.clone(), config.clone())));
        server.run(config, listener, &self.0.tasks);
        servers.running.insert(name, Entry { server, origin });
    }

    fn retire(&self, name: &str) -> Option<Arc<Server>> {
        let mut servers = self.0.servers.write();
        let server = servers.running.remove(name)?.server;
        server.stop();
        servers.leaving.push(Arc::clone(&server));
        tracing::info!(server = name, "stopped listening");
        Some(server)
    }

    /// The servers that run, by name.
    pub fn servers(&self) -> Vec<Arc<Server>> {
        self.0.servers.read().running.values().map(|entry| Arc::clone(&entry.server)).collect()
    }

    /// The server of this name, if it runs.
    pub fn get(&self, name: &str) -> Option<Arc<Server>> {
        self.0.servers.read().running.get(name).map(|entry| Arc::clone(&entry.server))
    }

    /// The file's defaults.
    pub fn defaults(&self) -> Defaults {
        self.0.servers.read().defaults
    }

    /// When it was started.
    pub fn started(&self) -> SystemTime {
        self.0.started
    }

    /// How often the file was read again: with success, and without.
    pub fn reloads(&self) -> [u64; 2] {
        [self.0.reloaded.load(Relaxed), self.0.rejected.load(Relaxed)]
    }

    /// Those that run, and those that have been stopped not long ago or still have connections.
    pub(crate) fn counted(&self) -> Vec<Arc<Server>> {
        let mut all = self.servers();
        all.extend(self.0.servers.read().leaving.iter().cloned());
        all
    }

    /// Ends a window of the rates that has lasted so long, and forgets what is over.
    pub(crate) fn end_window(&self, lasted: Duration) {
        let now = Instant::now();
        for server in self.counted() {
            server.traffic.end_window(lasted);
            for backend in server.pool.members().iter() {
                backend.traffic.end_window(lasted);
            }
            server.pool.forget(now);
        }
        self.0.servers.write().leaving.retain(|server| {
            let recent = |since| now.duration_since(since) < REMEMBER;
            server.traffic.active() > 0 || server.stopped_since().is_none_or(recent)
        });
    }

    /// Accepts no more, waits for the connections at most `grace`, and cuts what is left. All is counted when it
    /// returns.
    pub(crate) async fn drain(&self, grace: Duration) {
        self.0.stopping.cancel();
        let changing = self.0.changing.lock().await;
        let servers = self.counted();
        servers.iter().for_each(|server| server.stop());
        drop(changing);
        let tasks = &self.0.tasks;
        kit::shutdown::drain("connections", &tasks.connections, grace).await;
        servers.iter().for_each(|server| server.cut());
        tasks.accepting.close();
        tasks.accepting.wait().await;
        for server in servers {
            let counts = server.traffic.snapshot();
            let (connections, rx, tx) = (counts.connections, counts.rx, counts.tx);
            tracing::info!(server = server.name, connections, rx, tx, "stopped");
        }
    }
}

impl Servers {
    /// One that is leaving and has this name: its counts go on.
    fn revive(&mut self, name: &str) -> Option<Arc<Server>> {
        let index = self.leaving.iter().position(|server| server.name == name)?;
        Some(self.leaving.swap_remove(index))
    }
}

async fn listen(name: &str, config: &config::Server) -> Result<TcpListener, ChangeError> {
    let address = config.bind.address();
    server::listen(&address).await.map_err(|source| ChangeError::Listen {
        server: name.to_owned(),
        address,
        source,
    })
}
