//! Discovery: keeps a server's pool up to date by repeated lookups.

mod lookup;

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use kit::shutdown::CancellationToken;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::config::{Discovery, FailPolicy, Source, StaticBackend, Target};
use crate::pool::{DiscoveredBackend, Pool};
use lookup::LookupError;

/// Updates the pool at each interval, until dropped. Cancels `first_lookup` when the first lookup has succeeded or
/// failed. Backends that are new start with the status `is_live`.
pub(crate) async fn run(
    server: String,
    pool: Arc<Pool>,
    config: Discovery,
    is_live: bool,
    first_lookup: CancellationToken,
) {
    let mut updater = Updater { server, pool, is_live, is_failing: false, resolver: None, config };
    updater.update().await;
    first_lookup.cancel();
    let Some(period) = updater.config.interval.limit() else { return };
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        updater.update().await;
    }
}

struct Updater {
    server: String,
    pool: Arc<Pool>,
    config: Discovery,
    is_live: bool,
    /// Whether the last lookup failed.
    is_failing: bool,
    /// Created at the first lookup.
    resolver: Option<TokioResolver>,
}

impl Updater {
    async fn update(&mut self) {
        let source = self.config.source.clone();
        let result = match source {
            Source::Static(list) => Ok(self.resolve(list).await),
            Source::Dns { .. } | Source::Srv { .. } => {
                let result = timeout(self.config.timeout(), self.query(&source)).await;
                let result = result.unwrap_or(Err(LookupError::Timeout));
                self.log_transition(result.as_ref().err());
                result
            }
        };
        match result {
            Ok(backends) => self.pool.update(backends, self.is_live),
            Err(_) if self.config.failpolicy == FailPolicy::SetEmpty => {
                self.pool.update(Vec::new(), self.is_live);
            }
            Err(_) => {}
        }
    }

    async fn query(&mut self, source: &Source) -> Result<Vec<DiscoveredBackend>, LookupError> {
        let resolver = match &self.resolver {
            Some(resolver) => resolver,
            None => self.resolver.insert(lookup::resolver(source)?),
        };
        match source {
            Source::Static(_) => Ok(Vec::new()),
            Source::Dns { name, port, .. } => lookup::addresses(resolver, name, *port).await,
            Source::Srv { name, .. } => lookup::services(resolver, name).await,
        }
    }

    /// Resolves the host names of a static list concurrently. A backend whose name cannot be resolved keeps its last
    /// addresses, or has none, as the fail policy says.
    async fn resolve(&mut self, list: Vec<StaticBackend>) -> Vec<DiscoveredBackend> {
        let limit = self.config.timeout();
        let mut lookups = JoinSet::new();
        for (index, StaticBackend { target, .. }) in list.iter().enumerate() {
            let target = target.clone();
            lookups.spawn(async move {
                let result = timeout(limit, lookup::system(&target)).await;
                (index, result.unwrap_or(Err(LookupError::Timeout)))
            });
        }
        let mut results = lookups.join_all().await;
        results.sort_by_key(|(index, _)| *index);
        self.log_transition(results.iter().find_map(|(_, result)| result.as_ref().err()));
        let backends =
            list.into_iter().zip(results).map(|(StaticBackend { target, options }, (_, result))| {
                let addresses = result.unwrap_or_else(|_| self.last_addresses(&target));
                DiscoveredBackend { target, options, addresses }
            });
        backends.collect()
    }

    fn last_addresses(&self, target: &Target) -> Arc<[SocketAddr]> {
        let backend = self.pool.get(target).filter(|_| self.config.failpolicy == FailPolicy::KeepLast);
        backend.map_or_else(|| [].into(), |backend| backend.addresses())
    }

    /// Logs the first failure and the recovery, not every failure in between.
    fn log_transition(&mut self, error: Option<&LookupError>) {
        let server = &self.server;
        match error {
            Some(error) if !self.is_failing => tracing::warn!(server, %error, "discovery failed"),
            None if self.is_failing => tracing::info!(server, "discovery recovered"),
            _ => {}
        }
        self.is_failing = error.is_some();
    }
}
