//! Finding back ends, again and again.

mod dns;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::net::NetError;
use kit::shutdown::CancellationToken;
use thiserror::Error;
use tokio::net::lookup_host;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::config::{Discovery, FailPolicy, Listed, Source, Target};
use crate::pool::{Found, Pool};

/// Why back ends cannot be told.
#[derive(Debug, Error)]
enum Failure {
    #[error("no answer in time")]
    TimeOut,
    #[error("{0}")]
    Dns(#[from] NetError),
    #[error("{0}")]
    Resolve(#[from] io::Error),
    #[error("the answer has no records")]
    Empty,
}

/// Keeps the pool as discovery tells, for ever. `found` is cancelled when it has told, or has failed, for the first
/// time. New back ends are `live` or not.
pub(crate) async fn watch(
    server: String,
    pool: Arc<Pool>,
    config: Discovery,
    live: bool,
    found: CancellationToken,
) {
    let mut watcher = Watcher { server, pool, live, failing: false, resolver: None, config };
    watcher.round().await;
    found.cancel();
    let Some(every) = watcher.config.interval.limit() else { return };
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        watcher.round().await;
    }
}

struct Watcher {
    server: String,
    pool: Arc<Pool>,
    config: Discovery,
    live: bool,
    failing: bool,
    resolver: Option<TokioResolver>,
}

impl Watcher {
    async fn round(&mut self) {
        match self.config.source.clone() {
            Source::Static(list) => {
                let found = self.resolve(list).await;
                self.pool.update(found, self.live);
            }
            source => {
                let result = match timeout(self.config.timeout(), self.ask(&source)).await {
                    Ok(result) => result,
                    Err(_) => Err(Failure::TimeOut),
                };
                self.say(result.as_ref().err());
                match result {
                    Ok(found) => self.pool.update(found, self.live),
                    Err(_) if self.config.failpolicy == FailPolicy::SetEmpty => {
                        self.pool.update(Vec::new(), self.live);
                    }
                    Err(_) => {}
                }
            }
        }
    }

    async fn ask(&mut self, source: &Source) -> Result<Vec<Found>, Failure> {
        let resolver = match &self.resolver {
            Some(resolver) => resolver.clone(),
            None => self.resolver.insert(dns::resolver(source)?).clone(),
        };
        match source {
            Source::Addresses { name, port, .. } => dns::addresses(&resolver, name, *port).await,
            Source::Services { name, .. } => dns::services(&resolver, name).await,
            Source::Static(_) => Err(Failure::Empty),
        }
    }

    /// Resolves the names of a list as the machine does, all at the same time. One that cannot be resolved is as before,
    /// or without an address.
    async fn resolve(&mut self, list: Vec<Listed>) -> Vec<Found> {
        let most = self.config.timeout();
        let mut lookups = JoinSet::new();
        for (index, Listed { target, .. }) in list.iter().enumerate() {
            let target = target.clone();
            lookups.spawn(async move {
                let result = timeout(most, resolve(&target)).await.unwrap_or(Err(Failure::TimeOut));
                (index, result)
            });
        }
        let mut results = lookups.join_all().await;
        results.sort_by_key(|(index, _)| *index);
        self.say(results.iter().find_map(|(_, result)| result.as_ref().err()));
        let found = list.into_iter().zip(results).map(|(Listed { target, share }, (_, result))| {
            let addresses = result.unwrap_or_else(|_| self.last_addresses(&target));
            Found { target, share, addresses }
        });
        found.collect()
    }

    fn last_addresses(&self, target: &Target) -> Arc<[SocketAddr]> {
        let known = self.pool.find(target).filter(|_| self.config.failpolicy == FailPolicy::KeepLast);
        known.map_or_else(|| [].into(), |backend| backend.addresses())
    }

    /// Logs only changes between working and failing.
    fn say(&mut self, failure: Option<&Failure>) {
        let server = &self.server;
        match failure {
            Some(error) if !self.failing => tracing::warn!(server, %error, "discovery fails"),
            None if self.failing => tracing::info!(server, "discovery works again"),
            _ => {}
        }
        self.failing = failure.is_some();
    }
}

async fn resolve(target: &Target) -> Result<Arc<[SocketAddr]>, Failure> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok([SocketAddr::new(address, target.port)].into());
    }
    let addresses: Arc<[_]> = lookup_host((target.host.as_str(), target.port)).await?.collect();
    if addresses.is_empty() { Err(Failure::Empty) } else { Ok(addresses) }
}
