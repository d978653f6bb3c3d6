//! Starting, reconfiguring and stopping a server.

use std::mem;
use std::sync::Arc;

use kit::shutdown::CancellationToken;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Lifecycle, Server, Tasks, listener};
use crate::config::{self, InitialStatus};
use crate::{discovery, health};

impl Server {
    /// Starts the server, or applies a changed configuration. With a `listener`, the server accepts from it and closes
    /// the previous one; the token that is returned is cancelled when that is done. Open connections are kept.
    pub(crate) fn run(
        self: &Arc<Self>,
        config: config::Server,
        listener: Option<Arc<TcpListener>>,
        tasks: &Tasks,
    ) -> Option<CancellationToken> {
        let config = Arc::new(config);
        let old = mem::replace(&mut *self.config.write(), Arc::clone(&config));
        let mut lifecycle = self.lifecycle.lock();
        // Lookups and checks go on across reloads: frequent reloads must not prevent a slow one from ending.
        let is_live = |config: &config::Server| config.healthcheck.initial_status == InitialStatus::Healthy;
        let is_same = old.discovery == config.discovery && is_live(&old) == is_live(&config);
        self.pool.set_limits(config.ejection());
        if !is_same || lifecycle.discovery.is_empty() {
            lifecycle.discovery = JoinSet::new();
            let discovering = discovery::run(discovery::Discovering {
                server: self.name.clone(),
                pool: Arc::clone(&self.pool),
                run: self.pool.discoveries.begin(),
                failures: Arc::clone(&self.discovery_failures),
                shortages: Arc::clone(&self.shortages),
                config: config.discovery.clone(),
                last: if old.discovery.source == config.discovery.source {
                    self.pool.discovered().flat_map(|backend| backend.addresses().to_vec()).collect()
                } else {
                    Vec::new()
                },
                is_live: is_live(&config),
                is_ready: lifecycle.is_ready.clone(),
            });
            lifecycle.discovery.spawn(discovering);
        }
        let checks = |config: &config::Server| (config.healthcheck.clone(), config.check_proxy_protocol());
        if checks(&old) != checks(&config) || lifecycle.health.is_empty() {
            lifecycle.health = JoinSet::new();
            let (healthcheck, proxy) = checks(&config);
            lifecycle.health.spawn(health::run(health::Checks {
                server: self.name.clone(),
                pool: Arc::clone(&self.pool),
                run: self.pool.begin_checks(),
                config: healthcheck,
                proxy,
                shortages: Arc::clone(&self.shortages),
            }));
        }
        let listener = listener?;
        let closed = lifecycle.close_listener();
        if let Some(address) = lifecycle.address.filter(|_| closed.is_some()) {
            tracing::warn!(server = self.name, %address, "stopped listening: the server has another address");
        }
        lifecycle.stop = CancellationToken::new();
        lifecycle.closed = CancellationToken::new();
        if lifecycle.close.is_cancelled() {
            lifecycle.close = CancellationToken::new();
        }
        lifecycle.address = listener.local_addr().ok();
        lifecycle.listener = Some(Arc::clone(&listener));
        lifecycle.stopped_at = None;
        let address = lifecycle.address.map(|address| address.to_string());
        tracing::info!(server = self.name, address, "listening");
        let signals = listener::Signals {
            start: lifecycle.is_ready.clone(),
            stop: lifecycle.stop.clone(),
            close: lifecycle.close.clone(),
            closed: lifecycle.closed.clone(),
        };
        let accepting = listener::accept(listener, Arc::clone(self), tasks.connections.clone(), signals);
        tasks.listeners.spawn(self.accepting.track_future(accepting));
        closed
    }

    /// Closes the listener and stops discovery and health checks. Open connections are kept. The token that is returned
    /// is cancelled when the listener is closed.
    pub(crate) fn stop(&self) -> Option<CancellationToken> {
        let mut lifecycle = self.lifecycle.lock();
        lifecycle.address = None;
        lifecycle.is_ready = CancellationToken::new();
        lifecycle.discovery = JoinSet::new();
        lifecycle.health = JoinSet::new();
        self.pool.discoveries.begin();
        self.pool.begin_checks();
        lifecycle.stopped_at.get_or_insert_with(Instant::now);
        lifecycle.close_listener()
    }

    /// Closes all connections.
    pub(crate) fn close_connections(&self) {
        self.lifecycle.lock().close.cancel();
    }

    /// Waits until the listeners and the connections that they have accepted are closed.
    pub(crate) async fn wait_until_closed(&self) {
        self.accepting.close();
        self.accepting.wait().await;
        self.accepting.reopen();
    }
}

impl Lifecycle {
    /// Drops the listener before the accept loop stops, so that the loop is its last owner.
    fn close_listener(&mut self) -> Option<CancellationToken> {
        let listener = self.listener.take();
        self.stop.cancel();
        listener.map(|_| self.closed.clone())
    }
}
