//! The backends of a server.

mod run;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::backend::{self, Backend};
use crate::balance::{Algorithm, Candidate, Selector};
use crate::config::{BackendOptions, EjectionLimits, Target};
use crate::traffic::ActiveGuard;
pub(crate) use run::{Run, Runs};

/// How long removed backends and servers keep their metrics, so that a scrape sees their last bytes.
pub(crate) const RETENTION: Duration = Duration::from_secs(60);

/// The backends of a server, in the order of their discovery.
#[derive(Debug, Default)]
pub struct Pool {
    backends: RwLock<Arc<[Arc<Backend>]>>,
    /// Locked until a selected backend's connection is counted, so that the next selection sees it.
    selector: Mutex<Selector>,
    /// Notified after an update.
    changed: Notify,
    /// Targets that were drained over REST: they stay drained when they are removed and discovered again.
    draining: Mutex<BTreeSet<Target>>,
    /// The server's limits, for backends that have none of their own. Locked until all backends have them.
    limits: Mutex<EjectionLimits>,
    pub(crate) discoveries: Runs,
    pub(crate) checks: Runs,
}

/// A backend as returned by a lookup.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DiscoveredBackend {
    pub(crate) target: Target,
    pub(crate) options: BackendOptions,
    pub(crate) addresses: Arc<[SocketAddr]>,
}

/// A backend that was selected for a connection. The connection counts as active there until this is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) backend: Arc<Backend>,
    /// Addresses of the backend when it was selected.
    addresses: Arc<[SocketAddr]>,
    _active: ActiveGuard,
}

impl Lease {
    /// Connects to the first of the backend's addresses that accepts a connection within `limit`.
    ///
    /// # Errors
    ///
    /// As [`backend::connect`].
    pub(crate) async fn connect(&self, limit: Option<Duration>) -> io::Result<TcpStream> {
        backend::connect(&self.addresses, limit).await
    }

    /// Applies a failed attempt to connect. Returns whether it ejects the backend.
    pub(crate) fn fail(&self) -> bool {
        self.backend.fail(&self.addresses)
    }
}

impl Pool {
    /// All backends, including removed ones that are still retained.
    pub fn backends(&self) -> Arc<[Arc<Backend>]> {
        Arc::clone(&self.backends.read())
    }

    /// The backends that the last lookup returned.
    pub fn discovered(&self) -> impl Iterator<Item = Arc<Backend>> {
        let backends: Vec<_> =
            self.backends().iter().filter(|backend| backend.is_discovered()).cloned().collect();
        backends.into_iter()
    }

    /// The backend with this target.
    pub fn get(&self, target: &Target) -> Option<Arc<Backend>> {
        self.backends().iter().find(|backend| backend.target == *target).cloned()
    }

    /// Waits for an update since the last call. Only one task may wait at a time.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Selects an eligible backend that is not in `tried`, and one that is not ejected if there is one. Returns `None` if no
    /// backend is left.
    pub(crate) fn select(
        &self,
        algorithm: Algorithm,
        client: IpAddr,
        tried: &[Arc<Backend>],
    ) -> Option<Lease> {
        let backends = self.backends();
        let mut selector = self.selector.lock();
        let is_untried = |backend: &&Arc<Backend>| !tried.iter().any(|tried| Arc::ptr_eq(tried, backend));
        let eligible: Vec<_> =
            backends.iter().filter(|backend| backend.is_eligible()).filter(is_untried).collect();
        let now = Instant::now();
        let accepting: Vec<_> =
            eligible.iter().copied().filter(|backend| !backend.failures.is_ejected(now)).collect();
        let eligible = if accepting.is_empty() { eligible } else { accepting };
        let candidates: Vec<_> = eligible.iter().map(|backend| candidate(backend)).collect();
        let backend = eligible[selector.select(algorithm, &candidates, client)?];
        backend.failures.begin(now);
        Some(Lease {
            backend: Arc::clone(backend),
            addresses: backend.addresses(),
            _active: ActiveGuard::new(&backend.traffic),
        })
    }

    /// Drains the backend with this target, or allows new connections to it again. Returns whether it
    /// exists, or existed when it was drained.
    pub(crate) fn set_draining(&self, target: &Target, is_draining: bool) -> bool {
        let mut draining = self.draining.lock();
        let backend = self.get(target);
        let was_draining = if is_draining {
            backend.is_some() && !draining.insert(target.clone())
        } else {
            draining.remove(target)
        };
        if let Some(backend) = &backend {
            backend.set_draining(is_draining);
        }
        backend.is_some() || was_draining
    }

    /// Changes the server's limits.
    pub(crate) fn set_limits(&self, limits: EjectionLimits) {
        let mut current = self.limits.lock();
        *current = limits;
        self.backends().iter().for_each(|backend| backend.set_server_limits(limits));
    }

    /// Begins a run of other checks than before: earlier results do not count any more.
    pub(crate) fn begin_checks(&self) -> Run {
        let run = self.checks.begin();
        self.backends().iter().for_each(|backend| backend.forget_checks());
        run
    }

    /// Applies a lookup's result. Backends that are new start with the status `is_live`. Backends that are missing get
    /// no more connections.
    pub(crate) fn update(&self, discovered: Vec<DiscoveredBackend>, is_live: bool) {
        let draining = self.draining.lock();
        let limits = self.limits.lock();
        let mut backends = self.backends.write();
        let mut missing: HashMap<_, _> =
            backends.iter().map(|backend| (&backend.target, Arc::clone(backend))).collect();
        let mut new: Vec<Arc<Backend>> = Vec::new();
        let mut seen = HashSet::new();
        for DiscoveredBackend { target, options, addresses } in discovered {
            // Two spellings of one target are one backend.
            if !seen.insert(target.clone()) {
                continue;
            }
            if let Some(backend) = missing.remove(&target) {
                backend.set_discovered(options, addresses);
                backend.set_server_limits(*limits);
            } else {
                let is_draining = draining.contains(&target);
                let backend = Backend::new(target, options, addresses, is_live, *limits);
                backend.set_draining(is_draining);
                new.push(Arc::new(backend));
            }
        }
        missing.values().for_each(|backend| backend.set_removed());
        if !new.is_empty() {
            *backends = backends.iter().cloned().chain(new).collect();
        }
        self.changed.notify_one();
    }

    /// Drops the backends that were removed more than [`RETENTION`] ago and have no connections.
    pub(crate) fn drop_expired(&self, now: Instant) {
        let is_expired = |backend: &Arc<Backend>| {
            backend.removed_at().is_some_and(|removed| now.duration_since(removed) >= RETENTION)
                && backend.traffic.active() == 0
        };
        let mut backends = self.backends.write();
        if backends.iter().any(is_expired) {
            *backends = backends.iter().filter(|backend| !is_expired(backend)).cloned().collect();
        }
    }
}

fn candidate(backend: &Backend) -> Candidate<'_> {
    let BackendOptions { weight, priority, .. } = backend.options();
    Candidate {
        host: &backend.target.host,
        port: backend.target.port,
        weight,
        priority,
        active_connections: backend.traffic.active(),
        bytes_per_second: backend.traffic.bytes_per_second(),
        turn: &backend.turn,
    }
}

#[cfg(test)]
mod tests;
