//! Health checks: which backends get connections.

mod http;
mod probe;

use std::io;
use std::sync::Arc;

use thiserror::Error;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::backend::Backend;
use crate::config::{Check, Healthcheck};
use crate::pool::Pool;
use crate::proxy_protocol::Version;
use crate::shortage::{Shortage, Shortages};

/// Why a backend did not pass.
#[derive(Debug, Error)]
enum CheckError {
    #[error("timed out")]
    Timeout,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the response does not begin with `probe_recv`")]
    UnexpectedResponse,
    #[error("the response is not HTTP/1")]
    NotHttp,
    #[error("HTTP status {0}")]
    Status(u16),
}

/// The checks of one server.
pub(crate) struct Checks {
    /// Name of the server.
    pub(crate) server: String,
    pub(crate) pool: Arc<Pool>,
    pub(crate) config: Healthcheck,
    /// The PROXY protocol header that precedes the check.
    pub(crate) proxy: Option<Version>,
    pub(crate) shortages: Arc<Shortages>,
}

/// Checks the pool's backends at each interval, and new ones and those with new addresses at once, until dropped. A backend
/// has at most one check in progress.
pub(crate) async fn run(checks: Checks) {
    if checks.config.check == Check::None {
        // An earlier configuration may have had checks that failed.
        checks.pool.backends().iter().for_each(|backend| backend.set_live(true));
        return;
    }
    let checks = Arc::new(checks);
    let mut ticks = interval(checks.config.interval());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running = JoinSet::new();
    let mut in_progress: Vec<Arc<Backend>> = Vec::new();
    loop {
        let is_tick = tokio::select! {
            _ = ticks.tick() => true,
            () = checks.pool.changed() => false,
            Some(Ok(backend)) = running.join_next() => {
                in_progress.retain(|checked| !Arc::ptr_eq(checked, &backend));
                false
            }
        };
        for backend in checks.pool.backends().iter().filter(|backend| backend.is_discovered()) {
            let is_in_progress = in_progress.iter().any(|checked| Arc::ptr_eq(checked, backend));
            if !is_in_progress && (backend.take_due() || is_tick) {
                in_progress.push(Arc::clone(backend));
                running.spawn(Arc::clone(&checks).check(Arc::clone(backend)));
            }
        }
    }
}

impl Checks {
    /// Checks a backend once, applies the result, and logs a change of its status. Returns the backend.
    async fn check(self: Arc<Self>, backend: Arc<Backend>) -> Arc<Backend> {
        let result = match timeout(self.config.timeout(), self.probe(&backend)).await {
            Ok(result) => result,
            Err(_) => Err(CheckError::Timeout),
        };
        if let Err(CheckError::Io(error)) = &result
            && let Some(shortage) = Shortage::of(error)
        {
            // The check says nothing about the backend.
            self.shortages.count(shortage, error);
            return backend;
        }
        let (was_live, is_live) = backend.apply_check(result.is_ok(), &self.config);
        let (server, target) = (&self.server, &backend.target);
        match (was_live, is_live, result) {
            (true, false, Err(error)) => tracing::warn!(server, backend = %target, %error, "unhealthy"),
            (false, true, _) => tracing::info!(server, backend = %target, "healthy"),
            _ => {}
        }
        backend
    }
}
