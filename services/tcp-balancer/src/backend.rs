//! A backend: its addresses, its status, and its counts.

mod connect;
mod ejection;
mod streak;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;

use crate::balance::Turn;
use crate::config::{BackendOptions, EjectionLimits, Healthcheck, Target};
use crate::traffic::Traffic;

pub(crate) use connect::connect;
use ejection::Failures;
use streak::Streak;

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

impl Backend {
    pub(crate) fn new(
        target: Target,
        options: BackendOptions,
        addresses: Arc<[SocketAddr]>,
        is_live: bool,
        server_limits: EjectionLimits,
    ) -> Self {
        Self {
            target,
            failures: Failures::new(options.ejection(server_limits)),
            traffic: Arc::default(),
            options: RwLock::new(options),
            addresses: RwLock::new(addresses),
            is_live: AtomicBool::new(is_live),
            is_draining: AtomicBool::new(false),
            streak: Mutex::default(),
            turn: Turn::default(),
            is_due: AtomicBool::new(true),
            removed_at: RwLock::new(None),
        }
    }

    /// Weight, priority and limits.
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

    /// Whether health checks can say anything about it.
    pub(crate) fn is_checkable(&self) -> bool {
        self.is_discovered() && !self.addresses.read().is_empty()
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

    /// When it is ejected, and for how long.
    pub fn ejection(&self) -> EjectionLimits {
        self.failures.limits()
    }

    /// Applies the limits of its server where it has none of its own.
    pub(crate) fn set_server_limits(&self, server_limits: EjectionLimits) {
        self.failures.set_limits(self.options().ejection(server_limits));
    }

    /// Applies a lookup that returned this backend.
    pub(crate) fn set_discovered(&self, options: BackendOptions, addresses: Arc<[SocketAddr]>) {
        *self.options.write() = options;
        let was_removed = self.removed_at.write().take().is_some();
        let mut current = self.addresses.write();
        // A resolver may return the same addresses in another order each time.
        if was_removed || !is_permutation(&current, &addresses) {
            self.is_due.store(true, Relaxed);
            self.forget_checks();
            self.failures.clear();
        }
        *current = addresses;
    }

    /// Begins a new series of health checks. The status stays until enough of them have failed or passed.
    pub(crate) fn forget_checks(&self) {
        *self.streak.lock() = Streak::default();
    }

    /// Applies a lookup that did not return this backend.
    pub(crate) fn set_removed(&self) {
        self.removed_at.write().get_or_insert_with(Instant::now);
    }

    /// Whether it is new, was removed or has new addresses since the last call.
    pub(crate) fn take_due(&self) -> bool {
        self.is_due.swap(false, Relaxed)
    }

    /// Applies the result of a health check at `addresses`: a pass also ends an ejection. Returns whether the backend was live
    /// before and is live now; `None` if it has other addresses by now, about which the result says nothing.
    pub(crate) fn apply_check(
        &self,
        addresses: &[SocketAddr],
        has_passed: bool,
        config: &Healthcheck,
    ) -> Option<(bool, bool)> {
        let current = self.addresses.read();
        if !is_permutation(&current, addresses) {
            return None;
        }
        let before = self.is_live();
        let now = self.streak.lock().extend(has_passed, before, config);
        self.set_live(now);
        if has_passed {
            self.failures.clear();
        }
        Some((before, now))
    }

    /// Applies a failed attempt to connect to `addresses`. Returns whether it ejects the backend. It says nothing about the
    /// backend if that has other addresses by now.
    pub(crate) fn fail(&self, addresses: &[SocketAddr]) -> bool {
        let current = self.addresses.read();
        is_permutation(&current, addresses) && self.failures.fail(Instant::now())
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

fn is_permutation(a: &[SocketAddr], b: &[SocketAddr]) -> bool {
    a.len() == b.len() && a.iter().all(|address| b.contains(address))
}
