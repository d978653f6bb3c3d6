//! The back ends of a server.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;

use crate::backend::Backend;
use crate::balance::{Balance, Candidate, Turns};
use crate::config::{Share, Target};
use crate::traffic::Active;

/// A back end that is gone stays listed this long, so that a scrape sees its last bytes.
pub(crate) const REMEMBER: Duration = Duration::from_secs(60);

/// The back ends that a server knows, in the order in which it came to know them.
#[derive(Debug, Default)]
pub struct Pool {
    members: RwLock<Arc<[Arc<Backend>]>>,
    /// Locked from a choice until it counts as a connection, so that the next choice sees it.
    turns: Mutex<Turns>,
}

/// What discovery tells of one back end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) target: Target,
    pub(crate) share: Share,
    pub(crate) addresses: Arc<[SocketAddr]>,
}

/// A back end that has been chosen for a connection, which counts as active there.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) backend: Arc<Backend>,
    _active: Active,
}

impl Pool {
    /// All of them now.
    pub fn members(&self) -> Arc<[Arc<Backend>]> {
        Arc::clone(&self.members.read())
    }

    /// The one with this target.
    pub fn find(&self, target: &Target) -> Option<Arc<Backend>> {
        self.members().iter().find(|backend| backend.target == *target).cloned()
    }

    /// A back end for this client that has not been tried.
    pub(crate) fn choose(&self, balance: Balance, client: IpAddr, tried: &[Arc<Backend>]) -> Option<Chosen> {
        let members = self.members();
        let mut turns = self.turns.lock();
        let untried = |backend: &&Arc<Backend>| !tried.iter().any(|tried| Arc::ptr_eq(tried, backend));
        let eligible: Vec<_> =
            members.iter().filter(|backend| backend.is_eligible()).filter(untried).collect();
        let candidates: Vec<_> = eligible.iter().map(|backend| candidate(backend)).collect();
        let backend = eligible[turns.choose(balance, &candidates, client)?];
        Some(Chosen { backend: Arc::clone(backend), _active: Active::new(&backend.traffic) })
    }

    /// Takes over what discovery tells. New ones are `live` or not; those that it does not tell of get no more
    /// connections.
    pub(crate) fn update(&self, found: Vec<Found>, live: bool) {
        let mut members = self.members.write();
        for backend in members.iter() {
            if !found.iter().any(|found| found.target == backend.target) {
                backend.lost();
            }
        }
        let mut all = members.to_vec();
        for Found { target, share, addresses } in found {
            match members.iter().find(|backend| backend.target == target) {
                Some(backend) => backend.found(share, addresses),
                None => all.push(Arc::new(Backend::new(target, share, addresses, live))),
            }
        }
        *members = all.into();
    }

    /// Forgets those that are gone for long and have no connections left.
    pub(crate) fn forget(&self, now: Instant) {
        let is_over = |backend: &Arc<Backend>| {
            backend.gone_since().is_some_and(|since| now.duration_since(since) >= REMEMBER)
                && backend.traffic.active() == 0
        };
        let mut members = self.members.write();
        if members.iter().any(is_over) {
            *members = members.iter().filter(|backend| !is_over(backend)).cloned().collect();
        }
    }
}

fn candidate(backend: &Backend) -> Candidate<'_> {
    Candidate {
        target: &backend.target,
        share: backend.share(),
        active: backend.traffic.active(),
        bandwidth: backend.traffic.bandwidth(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn found(host: &str, max_connections: u32) -> Found {
        let share = Share { max_connections, ..Share::default() };
        let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 80))].into();
        Found { target: Target { host: host.into(), port: 80 }, share, addresses }
    }

    fn hosts(pool: &Pool) -> Vec<String> {
        pool.members().iter().map(|backend| backend.target.host.clone()).collect()
    }

    fn choose(pool: &Pool, tried: &[Arc<Backend>]) -> Option<Chosen> {
        pool.choose(Balance::RoundRobin, CLIENT, tried)
    }

    #[test]
    fn each_is_tried_at_most_once() {
        let pool = Pool::default();
        pool.update(vec![found("a", 0), found("b", 0), found("c", 0)], true);
        let mut tried = Vec::new();
        while let Some(chosen) = choose(&pool, &tried) {
            tried.push(chosen.backend);
        }
        let mut hosts: Vec<_> = tried.iter().map(|backend| backend.target.host.as_str()).collect();
        hosts.sort_unstable();
        assert_eq!(hosts, ["a", "b", "c"]);
    }

    #[test]
    fn who_is_sick_draining_full_or_without_an_address_gets_nothing() {
        let pool = Pool::default();
        let nowhere = Found { addresses: [].into(), ..found("nowhere", 0) };
        pool.update(vec![found("sick", 0), found("draining", 0), found("full", 1), nowhere], true);
        let member = |host: &str| pool.find(&Target { host: host.into(), port: 80 }).expect("known");
        member("sick").set_live(false);
        member("draining").set_draining(true);
        let connection = choose(&pool, &[]).expect("one has room");
        assert_eq!(connection.backend.target.host, "full");
        assert!(choose(&pool, &[]).is_none());
        drop(connection);
        assert!(choose(&pool, &[]).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_is_forgotten_after_its_last_connection_and_a_while() {
        let pool = Pool::default();
        pool.update(vec![found("a", 0), found("b", 0)], true);
        pool.update(vec![found("b", 0)], true);
        pool.update(vec![found("b", 0), found("c", 0)], true);
        assert_eq!(hosts(&pool), ["a", "b", "c"]);
        let a = Arc::clone(&pool.members()[0]);
        assert!(!a.is_discovered());
        let active = Active::new(&a.traffic);
        tokio::time::advance(REMEMBER).await;
        pool.forget(Instant::now());
        assert_eq!(hosts(&pool), ["a", "b", "c"]);
        drop(active);
        pool.forget(Instant::now());
        assert_eq!(hosts(&pool), ["b", "c"]);
    }

    #[test]
    fn who_is_back_is_the_same() {
        let pool = Pool::default();
        pool.update(vec![found("a", 0)], true);
        let before = Arc::clone(&pool.members()[0]);
        pool.update(vec![], true);
        assert!(choose(&pool, &[]).is_none());
        pool.update(vec![found("a", 3)], true);
        assert!(Arc::ptr_eq(&before, &pool.members()[0]));
        assert_eq!(before.share().max_connections, 3);
        assert!(choose(&pool, &[]).is_some());
    }
}
