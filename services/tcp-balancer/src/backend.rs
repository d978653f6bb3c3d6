//! A backend: its addresses, its status, and its counts.

mod connect;
mod ejection;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::balance::Turn;
use crate::config::{BackendOptions, Healthcheck, Target};
use crate::traffic::Traffic;

pub(crate) use ejection::Failures;

/// A backend of a server.
#[derive(Debug)]
pub struct Backend {
    /// Host and port, as configured or discovered.
    pub target: Target,
    /// Bytes and connections.
    pub traffic: Arc<Traffic>,
    options: RwLock<BackendOptions>,
    /// The host's addresses, tried in this order.
    addresses: RwLock<Arc<[SocketAddr]>>,
    is_live: AtomicBool,
    is_draining: AtomicBool,
    streak: Mutex<Streak>,
    pub(crate) turn: Turn,
    /// Failed attempts to connect.
    pub(crate) failures: Failures,
    /// Whether it has to be checked before the next interval.
    is_due: AtomicBool,
    /// The time at which discovery removed the backend.
    removed_at: RwLock<Option<Instant>>,
}

/// State of a backend that the last lookup returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It gets new connections.
    Live,
    /// It fails its health check, or has not passed one yet.
    Down,
    /// It was drained over REST.
    Draining,
    /// Its name has no address.
    Unresolved,
}

/// Number of consecutive health checks with the same result, ending with the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Streak {
    passes: u32,
    fails: u32,
}

impl Backend {
    pub(crate) fn new(
        target: Target,
        options: BackendOptions,
        addresses: Arc<[SocketAddr]>,
        is_live: bool,
    ) -> Self {
        Self {
            target,
            traffic: Arc::default(),
            options: RwLock::new(options),
            addresses: RwLock::new(addresses),
            is_live: AtomicBool::new(is_live),
            is_draining: AtomicBool::new(false),
            streak: Mutex::default(),
            turn: Turn::default(),
            failures: Failures::default(),
            is_due: AtomicBool::new(true),
            removed_at: RwLock::new(None),
        }
    }

    /// Weight, priority and connection limit.
    pub fn options(&self) -> BackendOptions {
        *self.options.read()
    }

    /// Whether it is healthy.
    pub fn is_live(&self) -> bool {
        self.is_live.load(Relaxed)
    }

    /// Whether the last lookup returned it.
    pub fn is_discovered(&self) -> bool {
        self.removed_at.read().is_none()
    }

    /// Whether it was drained over REST: it gets no new connections.
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Relaxed)
    }

    /// Whether it is healthy and has an address.
    pub fn is_reachable(&self) -> bool {
        self.is_live() && !self.addresses.read().is_empty()
    }

    /// Its state, while the last lookup returned it.
    pub fn state(&self) -> State {
        if self.is_draining() {
            State::Draining
        } else if self.addresses.read().is_empty() {
            State::Unresolved
        } else if self.is_live() {
            State::Live
        } else {
            State::Down
        }
    }

    pub(crate) fn removed_at(&self) -> Option<Instant> {
        *self.removed_at.read()
    }

    pub(crate) fn addresses(&self) -> Arc<[SocketAddr]> {
        Arc::clone(&self.addresses.read())
    }

    pub(crate) fn set_live(&self, is_live: bool) {
        self.is_live.store(is_live, Relaxed);
    }

    pub(crate) fn set_draining(&self, is_draining: bool) {
        self.is_draining.store(is_draining, Relaxed);
    }

    /// Applies a lookup that returned this backend.
    pub(crate) fn set_discovered(&self, options: BackendOptions, addresses: Arc<[SocketAddr]>) {
        *self.options.write() = options;
        let was_removed = self.removed_at.write().take().is_some();
        // A resolver may return the same addresses in another order each time.
        if was_removed || !is_permutation(&self.addresses.read(), &addresses) {
            self.is_due.store(true, Relaxed);
            self.failures.clear();
        }
        *self.addresses.write() = addresses;
    }

    /// Applies a lookup that did not return this backend.
    pub(crate) fn set_removed(&self) {
        self.removed_at.write().get_or_insert_with(Instant::now);
    }

    /// Whether it is new, was removed or has new addresses since the last call.
    pub(crate) fn take_due(&self) -> bool {
        self.is_due.swap(false, Relaxed)
    }

    /// Applies a health check's result: a pass also ends an ejection. Returns whether the backend was live before and is live now.
    pub(crate) fn apply_check(&self, has_passed: bool, config: &Healthcheck) -> (bool, bool) {
        let before = self.is_live();
        let now = self.streak.lock().extend(has_passed, before, config);
        self.set_live(now);
        if has_passed {
            self.failures.clear();
        }
        (before, now)
    }

    /// Whether it may get a connection now.
    pub(crate) fn is_eligible(&self) -> bool {
        let limit = u64::from(self.options().max_connections);
        self.state() == State::Live && self.is_discovered() && (limit == 0 || self.traffic.active() < limit)
    }

    /// Whether it gets no connections because connecting has failed, as long as others are available.
    pub fn is_ejected(&self) -> bool {
        self.failures.is_ejected(Instant::now())
    }

    /// Connects to the first of its addresses that accepts a connection within `limit`.
    ///
    /// # Errors
    ///
    /// The last address's error, `TimedOut`, or `AddrNotAvailable` if there are no addresses. The balancer's own shortages
    /// are recognized by [`Shortage::of`](crate::shortage::Shortage::of).
    pub(crate) async fn connect(&self, limit: Option<Duration>) -> io::Result<TcpStream> {
        connect::connect(&self.addresses(), limit).await
    }
}

impl State {
    pub(crate) const ALL: [Self; 4] = [Self::Down, Self::Draining, Self::Live, Self::Unresolved];

    /// Value of the metric's label `state`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Down => "down",
            Self::Draining => "draining",
            Self::Unresolved => "unresolved",
        }
    }
}

impl Streak {
    /// Adds a result. Returns whether a backend that `is_live` stays or becomes live.
    fn extend(&mut self, has_passed: bool, is_live: bool, config: &Healthcheck) -> bool {
        if has_passed {
            *self = Self { passes: self.passes.saturating_add(1), fails: 0 };
            is_live || self.passes >= config.passes
        } else {
            *self = Self { passes: 0, fails: self.fails.saturating_add(1) };
            is_live && self.fails < config.fails
        }
    }
}

fn is_permutation(a: &[SocketAddr], b: &[SocketAddr]) -> bool {
    a.len() == b.len() && a.iter().all(|address| b.contains(address))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn thresholds(fails: u32, passes: u32) -> Healthcheck {
        let mut config = Healthcheck::default();
        (config.fails, config.passes) = (fails, passes);
        config
    }

    /// Status after each result: `L` is live, `-` is not. In `results`, `x` is a failure and `.` is a pass.
    fn statuses(config: &Healthcheck, mut is_live: bool, results: &str) -> String {
        let mut streak = Streak::default();
        let mut status_after = |has_passed| {
            is_live = streak.extend(has_passed, is_live, config);
            if is_live { 'L' } else { '-' }
        };
        results.chars().map(|result| status_after(result != 'x')).collect()
    }

    #[test]
    fn only_consecutive_failures_make_it_unhealthy() {
        assert_eq!(statuses(&thresholds(2, 1), true, "x.x.x.xx"), "LLLLLLL-");
    }

    #[test]
    fn only_consecutive_passes_make_it_healthy() {
        assert_eq!(statuses(&thresholds(1, 3), false, "..x..x..."), "--------L");
    }

    proptest! {
        #[test]
        fn status_changes_after_the_threshold_of_consecutive_contrary_results(
            fails in 1..5_u32, passes in 1..5_u32, initial: bool, results: Vec<bool>,
        ) {
            let (mut streak, config, mut is_live) = (Streak::default(), thresholds(fails, passes), initial);
            for end in 1..=results.len() {
                let before = is_live;
                is_live = streak.extend(results[end - 1], before, &config);
                let contrary = results[..end].iter().rev().take_while(|passed| **passed != before).count();
                let threshold = if before { fails } else { passes } as usize;
                prop_assert_eq!(is_live != before, contrary >= threshold);
            }
        }
    }
}
