//! One back end: where it is, how it is, what went through it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use parking_lot::{Mutex, RwLock};
use tokio::time::Instant;

use crate::config::{Share, Target};
use crate::health::Streak;
use crate::traffic::Traffic;

/// A back end of a server.
#[derive(Debug)]
pub struct Backend {
    /// Where it is, as written or discovered.
    pub target: Target,
    /// What went through it.
    pub traffic: Arc<Traffic>,
    share: RwLock<Share>,
    /// Of its name; tried in this order.
    addresses: RwLock<Arc<[SocketAddr]>>,
    live: AtomicBool,
    draining: AtomicBool,
    pub(crate) streak: Mutex<Streak>,
    /// Since when discovery does not tell of it any more.
    gone: RwLock<Option<Instant>>,
}

impl Backend {
    pub(crate) fn new(target: Target, share: Share, addresses: Arc<[SocketAddr]>, live: bool) -> Self {
        Self {
            target,
            traffic: Arc::default(),
            share: RwLock::new(share),
            addresses: RwLock::new(addresses),
            live: AtomicBool::new(live),
            draining: AtomicBool::new(false),
            streak: Mutex::default(),
            gone: RwLock::new(None),
        }
    }

    /// How it is balanced.
    pub fn share(&self) -> Share {
        *self.share.read()
    }

    /// Whether its health checks pass.
    pub fn is_live(&self) -> bool {
        self.live.load(Relaxed)
    }

    /// Whether discovery tells of it.
    pub fn is_discovered(&self) -> bool {
        self.gone.read().is_none()
    }

    /// Whether it gets no new connections, by somebody's wish.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Relaxed)
    }

    pub(crate) fn gone_since(&self) -> Option<Instant> {
        *self.gone.read()
    }

    pub(crate) fn addresses(&self) -> Arc<[SocketAddr]> {
        Arc::clone(&self.addresses.read())
    }

    pub(crate) fn set_live(&self, live: bool) {
        self.live.store(live, Relaxed);
    }

    pub(crate) fn set_draining(&self, draining: bool) {
        self.draining.store(draining, Relaxed);
    }

    pub(crate) fn found(&self, share: Share, addresses: Arc<[SocketAddr]>) {
        *self.share.write() = share;
        *self.addresses.write() = addresses;
        *self.gone.write() = None;
    }

    pub(crate) fn lost(&self) {
        self.gone.write().get_or_insert_with(Instant::now);
    }

    /// Whether it may get a connection now.
    pub(crate) fn is_eligible(&self) -> bool {
        let most = u64::from(self.share().max_connections);
        self.is_live()
            && self.is_discovered()
            && !self.is_draining()
            && !self.addresses.read().is_empty()
            && (most == 0 || self.traffic.active() < most)
    }
}
