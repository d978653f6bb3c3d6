//! Starting, reconfiguring and stopping a server.

use std::mem;
use std::sync::Arc;

use kit::shutdown::CancellationToken;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Server, Tasks, listener};
use crate::config::{self, InitialStatus};
use crate::{discovery, health};

impl Server {
    /// Starts the server, or applies a changed configuration. With a `listener`, the server accepts from it and closes
    /// the previous one. Open connections are kept.
    pub(crate) fn run(
        self: &Arc<Self>,
        config: config::Server,
        listener: Option<TcpListener>,
        tasks: &Tasks,
    ) {
        let config = Arc::new(config);
        let old = mem::replace(&mut *self.config.write(), Arc::clone(&config));
        let mut lifecycle = self.lifecycle.lock();
        // Lookups go on across reloads: frequent reloads must not prevent a slow one from ending.
        let is_live = |config: &config::Server| config.healthcheck.initial_status == InitialStatus::Healthy;
        let is_same = old.discovery == config.discovery && is_live(&old) == is_live(&config);
        if !is_same || lifecycle.discovery.is_empty() {
            lifecycle.discovery = JoinSet::new();
            let discovering = discovery::run(
                self.name.clone(),
                Arc::clone(&self.pool),
                Arc::clone(&self.discovery_failures),
                config.discovery.clone(),
                is_live(&config),
                lifecycle.is_ready.clone(),
            );
            lifecycle.discovery.spawn(discovering);
        }
        lifecycle.health = JoinSet::new();
        lifecycle.health.spawn(health::run(health::Checks {
            server: self.name.clone(),
            pool: Arc::clone(&self.pool),
            config: config.healthcheck.clone(),
            proxy: config.check_proxy_protocol(),
            shortages: Arc::clone(&self.shortages),
        }));
        if let Some(listener) = listener {
            lifecycle.stop.cancel();
            lifecycle.stop = CancellationToken::new();
            if lifecycle.close.is_cancelled() {
                lifecycle.close = CancellationToken::new();
            }
            lifecycle.address = listener.local_addr().ok();
            lifecycle.stopped_at = None;
            let address = lifecycle.address.map(|address| address.to_string());
            tracing::info!(server = self.name, address, "listening");
            let signals = listener::Signals {
                start: lifecycle.is_ready.clone(),
                stop: lifecycle.stop.clone(),
                close: lifecycle.close.clone(),
            };
            let accepting = listener::accept(listener, Arc::clone(self), tasks.connections.clone(), signals);
            tasks.listeners.spawn(accepting);
        }
    }

    /// Closes the listener and stops discovery and health checks. Open connections are kept.
    pub(crate) fn stop(&self) {
        let mut lifecycle = self.lifecycle.lock();
        lifecycle.stop.cancel();
        lifecycle.address = None;
        lifecycle.is_ready = CancellationToken::new();
        lifecycle.discovery = JoinSet::new();
        lifecycle.health = JoinSet::new();
        lifecycle.stopped_at.get_or_insert_with(Instant::now);
    }

    /// Closes all connections.
    pub(crate) fn close_connections(&self) {
        self.lifecycle.lock().close.cancel();
    }
}
