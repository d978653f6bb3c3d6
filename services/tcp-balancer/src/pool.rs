//! The backends of a server.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::backend::Backend;
use crate::balance::{Algorithm, Candidate, Selector};
use crate::config::{BackendOptions, Target};
use crate::traffic::ActiveGuard;

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
    _active: ActiveGuard,
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
        Some(Lease { backend: Arc::clone(backend), _active: ActiveGuard::new(&backend.traffic) })
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

    /// Applies a lookup's result. Backends that are new start with the status `is_live`. Backends that are missing get
    /// no more connections.
    pub(crate) fn update(&self, discovered: Vec<DiscoveredBackend>, is_live: bool) {
        let draining = self.draining.lock();
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
            } else {
                let is_draining = draining.contains(&target);
                let backend = Backend::new(target, options, addresses, is_live);
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
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn discovered(host: &str, max_connections: u32) -> DiscoveredBackend {
        let options = BackendOptions { max_connections, ..BackendOptions::default() };
        let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 80))].into();
        DiscoveredBackend { target: Target { host: host.into(), port: 80 }, options, addresses }
    }

    fn hosts(pool: &Pool) -> Vec<String> {
        pool.backends().iter().map(|backend| backend.target.host.clone()).collect()
    }

    fn select(pool: &Pool, tried: &[Arc<Backend>]) -> Option<Lease> {
        pool.select(Algorithm::RoundRobin, CLIENT, tried)
    }

    #[test]
    fn selects_each_untried_backend_once() {
        let pool = Pool::default();
        pool.update(vec![discovered("a", 0), discovered("b", 0), discovered("c", 0)], true);
        let mut tried = Vec::new();
        while let Some(lease) = select(&pool, &tried) {
            tried.push(lease.backend);
        }
        let mut hosts: Vec<_> = tried.iter().map(|backend| backend.target.host.as_str()).collect();
        hosts.sort_unstable();
        assert_eq!(hosts, ["a", "b", "c"]);
    }

    #[test]
    fn skips_unhealthy_draining_full_and_unresolved_backends() {
        let pool = Pool::default();
        let unresolved = DiscoveredBackend { addresses: [].into(), ..discovered("unresolved", 0) };
        let others = [discovered("unhealthy", 0), discovered("draining", 0), discovered("full", 1)];
        pool.update([others.as_slice(), &[unresolved]].concat(), true);
        let backend = |host: &str| pool.get(&Target { host: host.into(), port: 80 }).expect("discovered");
        backend("unhealthy").set_live(false);
        backend("draining").set_draining(true);
        let lease = select(&pool, &[]).expect("one is not full yet");
        assert_eq!(lease.backend.target.host, "full");
        assert!(select(&pool, &[]).is_none());
        drop(lease);
        assert!(select(&pool, &[]).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn drops_removed_backends_after_the_retention_and_their_last_connection() {
        let pool = Pool::default();
        pool.update(vec![discovered("a", 0), discovered("b", 0)], true);
        pool.update(vec![discovered("b", 0)], true);
        pool.update(vec![discovered("b", 0), discovered("c", 0)], true);
        assert_eq!(hosts(&pool), ["a", "b", "c"]);
        let a = Arc::clone(&pool.backends()[0]);
        assert!(!a.is_discovered());
        let active = ActiveGuard::new(&a.traffic);
        tokio::time::advance(RETENTION).await;
        pool.drop_expired(Instant::now());
        assert_eq!(hosts(&pool), ["a", "b", "c"]);
        drop(active);
        pool.drop_expired(Instant::now());
        assert_eq!(hosts(&pool), ["b", "c"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_drained_backend_stays_drained_however_long_it_is_gone() {
        let pool = Pool::default();
        let a = discovered("a", 0);
        pool.update(vec![a.clone()], true);
        assert!(pool.set_draining(&a.target, true));
        pool.update(vec![], true);
        tokio::time::advance(RETENTION).await;
        pool.drop_expired(Instant::now());
        assert!(pool.backends().is_empty());
        pool.update(vec![a.clone()], true);
        assert!(select(&pool, &[]).is_none());
        assert!(pool.set_draining(&a.target, false));
        assert!(select(&pool, &[]).is_some());
        assert!(!pool.set_draining(&discovered("other", 0).target, true));
    }

    #[test]
    fn two_spellings_of_a_target_are_one_backend() {
        let pool = Pool::default();
        pool.update(vec![discovered("127.0.0.1", 0), discovered("::ffff:127.0.0.1", 0)], true);
        pool.update(vec![discovered("::ffff:127.0.0.1", 0), discovered("127.0.0.1", 0)], true);
        assert_eq!(hosts(&pool), ["127.0.0.1"]);
    }

    #[test]
    fn a_rediscovered_backend_keeps_its_state() {
        let pool = Pool::default();
        pool.update(vec![discovered("a", 0)], true);
        let before = Arc::clone(&pool.backends()[0]);
        pool.update(vec![], true);
        assert!(select(&pool, &[]).is_none());
        pool.update(vec![discovered("a", 3)], true);
        assert!(Arc::ptr_eq(&before, &pool.backends()[0]));
        assert_eq!(before.options().max_connections, 3);
        assert!(select(&pool, &[]).is_some());
    }
}
