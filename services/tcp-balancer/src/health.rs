//! Health checks: which backends get connections.

mod http;
mod probe;

use std::io;
use std::sync::Arc;

use thiserror::Error;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::backend::Backend;
use crate::config::{Check, Healthcheck};
use crate::pool::{Pool, Run};
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
    pub(crate) run: Run,
    pub(crate) config: Healthcheck,
    /// The PROXY protocol header that precedes the check.
    pub(crate) proxy: Option<Version>,
    pub(crate) shortages: Arc<Shortages>,
}

/// Checks the pool's backends at each interval, and new ones and those with new addresses at once, until dropped. A backend
/// has at most one check in progress. One without addresses is not checked.
pub(crate) async fn run(checks: Checks) {
    if checks.config.check == Check::None {
        // An earlier configuration may have had checks that failed.
        let all_live = || checks.pool.backends().iter().for_each(|backend| backend.set_live(true));
        checks.pool.checks.apply(checks.run, all_live);
        return;
    }
    let checks = Arc::new(checks);
    let mut ticks = interval(checks.config.interval());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running = JoinSet::new();
    let mut in_progress: Vec<(Arc<Backend>, AbortHandle)> = Vec::new();
    loop {
        let is_tick = tokio::select! {
            _ = ticks.tick() => true,
            () = checks.pool.changed() => false,
            Some(finished) = running.join_next_with_id() => {
                let id = finished.map_or_else(|error| error.id(), |(id, ())| id);
                in_progress.retain(|(_, check)| check.id() != id);
                false
            }
        };
        for backend in checks.pool.backends().iter().filter(|backend| backend.is_checkable()) {
            let is_due = backend.take_due();
            let index = in_progress.iter().position(|(checked, _)| Arc::ptr_eq(checked, backend));
            if is_due && let Some(index) = index {
                // It checks the addresses that the backend had before.
                in_progress.swap_remove(index).1.abort();
            }
            if is_due || (is_tick && index.is_none()) {
                let check = running.spawn(Arc::clone(&checks).check(Arc::clone(backend)));
                in_progress.push((Arc::clone(backend), check));
            }
        }
    }
}

impl Checks {
    /// Checks a backend once, applies the result, and logs a change of its status.
    async fn check(self: Arc<Self>, backend: Arc<Backend>) {
        let addresses = backend.addresses();
        let result = match timeout(self.config.timeout(), self.probe(&backend.target, &addresses)).await {
            Ok(result) => result,
            Err(_) => Err(CheckError::Timeout),
        };
        if let Err(CheckError::Io(error)) = &result
            && let Some(shortage) = Shortage::of(error)
        {
            // The check says nothing about the backend.
            self.shortages.count(shortage, error);
            return;
        }
        let apply = || backend.apply_check(&addresses, result.is_ok(), &self.config);
        let Some((was_live, is_live)) = self.pool.checks.apply(self.run, apply).flatten() else { return };
        let (server, target) = (&self.server, &backend.target);
        match (was_live, is_live, result) {
            (true, false, Err(error)) => tracing::warn!(server, backend = %target, %error, "unhealthy"),
            (false, true, _) => tracing::info!(server, backend = %target, "healthy"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::net::TcpListener;

    use super::*;
    use crate::config::{BackendOptions, Target};
    use crate::pool::DiscoveredBackend;

    /// A pool with a backend that refuses connections.
    async fn refusing() -> Arc<Pool> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address: SocketAddr = listener.local_addr().expect("bound");
        let target = Target { host: "a".into(), port: address.port() };
        let (options, addresses) = (BackendOptions::default(), [address].into());
        let pool = Arc::<Pool>::default();
        pool.update(vec![DiscoveredBackend { target, options, addresses }], true);
        pool
    }

    fn checks(pool: &Arc<Pool>, check: Check) -> Checks {
        let (server, pool, shortages) = ("hello".into(), Arc::clone(pool), Arc::default());
        let mut config = Healthcheck::default();
        config.check = check;
        Checks { server, run: pool.begin_checks(), pool, config, proxy: None, shortages }
    }

    #[tokio::test]
    async fn results_count_until_other_checks_begin() {
        let pool = refusing().await;
        let backend = Arc::clone(&pool.backends()[0]);
        let replaced = Arc::new(checks(&pool, Check::Ping));
        let current = Arc::new(checks(&pool, Check::Ping));
        replaced.check(Arc::clone(&backend)).await;
        assert!(backend.is_live(), "the result is out of date");
        current.check(Arc::clone(&backend)).await;
        assert!(!backend.is_live());
        let replaced = checks(&pool, Check::None);
        pool.begin_checks();
        run(replaced).await;
        assert!(!backend.is_live(), "the status is out of date");
        run(checks(&pool, Check::None)).await;
        assert!(backend.is_live());
    }
}
