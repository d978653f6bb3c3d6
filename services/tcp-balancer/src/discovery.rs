//! Discovery: keeps a server's pool up to date by repeated lookups.
//!
//! Each address family of each name is looked up on its own, and an answer takes effect when it comes: a lookup that
//! fails or does not end affects only its own addresses.

mod failures;
mod lookup;
mod members;
mod name;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use kit::shutdown::CancellationToken;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use crate::config::{BackendOptions, Discovery, FailPolicy, Source, Target};
use crate::pool::{DiscoveredBackend, Pool};
pub(crate) use failures::{Failures, Reason};
use lookup::{ADDRESS_TYPES, AddressLookup, LookupError};
use members::Members;
use name::Name;

/// Updates the pool at each interval, until dropped. Cancels `is_ready` when there is a backend with an address, or when
/// all lookups have succeeded or failed once. Backends that are new start with the status `is_live`.
pub(crate) async fn run(
    server: String,
    pool: Arc<Pool>,
    failures: Arc<Failures>,
    config: Discovery,
    is_live: bool,
    is_ready: CancellationToken,
) {
    let mut updater = Updater {
        server,
        pool,
        failures,
        is_live,
        is_ready,
        is_failing: false,
        resolver: None,
        names: BTreeMap::new(),
        published: None,
        config,
    };
    updater.update().await;
    updater.is_ready.cancel();
    let Some(period) = updater.config.interval.limit() else { return };
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        updater.update().await;
    }
}

/// A completed lookup: the host, the index of the family, and the addresses.
type Lookup = (String, usize, Result<Vec<SocketAddr>, LookupError>);

struct Updater {
    server: String,
    pool: Arc<Pool>,
    failures: Arc<Failures>,
    config: Discovery,
    is_live: bool,
    is_ready: CancellationToken,
    /// Whether a lookup of the last round failed.
    is_failing: bool,
    /// Created at the first lookup.
    resolver: Option<Arc<TokioResolver>>,
    names: BTreeMap<String, Name>,
    /// The last update of the pool.
    published: Option<Vec<DiscoveredBackend>>,
}

impl Updater {
    /// Runs a round of lookups.
    async fn update(&mut self) {
        let deadline = Instant::now() + self.config.timeout();
        let mut error = None;
        match self.members(deadline, &mut error).await {
            Ok(members) => self.resolve(&members, deadline, &mut error).await,
            Err(lookup_error) => {
                self.failures.count(lookup_error.reason());
                error = Some(lookup_error.to_string());
                if self.config.failpolicy == FailPolicy::SetEmpty {
                    self.publish(Vec::new());
                }
            }
        }
        self.log_transition(error.as_deref());
    }

    /// Determines the backends that the source names. Sets `error` if a record cannot be used.
    async fn members(
        &mut self,
        deadline: Instant,
        error: &mut Option<String>,
    ) -> Result<Members, LookupError> {
        let max_connections = self.config.backend_max_connections;
        match self.config.source.clone() {
            Source::Static(list) => Ok(Members::Listed(list)),
            Source::Dns { name, port, .. } => {
                let options = BackendOptions { max_connections, ..BackendOptions::default() };
                Ok(Members::Addresses { host: name, port, options })
            }
            Source::Srv { name, .. } => {
                let query = lookup::services(self.resolver()?, &name);
                let records = timeout_at(deadline, query).await.unwrap_or(Err(LookupError::Timeout))?;
                let (members, unusable) = Members::from_records(records, max_connections);
                for reason in unusable {
                    self.failures.count(reason);
                    *error = Some(format!("{name}: a record has port 0 or no target"));
                }
                Ok(members)
            }
        }
    }

    fn resolver(&mut self) -> Result<&Arc<TokioResolver>, LookupError> {
        match &mut self.resolver {
            Some(resolver) => Ok(resolver),
            none => Ok(none.insert(Arc::new(lookup::resolver(&self.config.source)?))),
        }
    }

    /// Looks up the members' hosts concurrently, and updates the pool at each answer.
    async fn resolve(&mut self, members: &Members, deadline: Instant, error: &mut Option<String>) {
        let mut lookups = JoinSet::new();
        if let Err(resolver_error) = self.begin_round(members, deadline, &mut lookups) {
            self.failures.count(resolver_error.reason());
            *error = Some(resolver_error.to_string());
        }
        self.publish_round(members, false);
        while let Some(joined) = lookups.join_next().await {
            let mut next = Some(joined);
            while let Some(Ok((host, index, result))) = next {
                self.apply(&host, index, &result, error);
                next = lookups.try_join_next();
            }
            self.publish_round(members, false);
        }
        for (host, _) in self.names.iter().filter(|(_, name)| !name.is_found() && !name.has_failed()) {
            self.failures.count(Reason::NotFound);
            *error = Some(format!("{host}: no records"));
        }
        self.publish_round(members, true);
    }

    /// Starts the lookups of all names.
    fn begin_round(
        &mut self,
        members: &Members,
        deadline: Instant,
        lookups: &mut JoinSet<Lookup>,
    ) -> Result<(), LookupError> {
        let hosts = members.hosts();
        self.names.retain(|host, _| hosts.contains_key(host));
        for (host, target) in hosts {
            if !self.names.contains_key(&host) {
                let name = self.new_name(&host, target.as_ref());
                self.names.insert(host, name);
            }
        }
        let methods = match members {
            Members::Listed(_) => vec![AddressLookup::System],
            Members::Services(_) | Members::Addresses { .. } => {
                let resolver = Arc::clone(self.resolver()?);
                ADDRESS_TYPES.map(|kind| AddressLookup::Dns(Arc::clone(&resolver), kind)).into()
            }
        };
        // A target of an SRV record is a complete name, to which no search domain is appended.
        let suffix = if matches!(members, Members::Services(_)) { "." } else { "" };
        for (host, name) in &mut self.names {
            let families = name.begin_round(self.config.failpolicy);
            for (index, method) in methods.iter().cloned().enumerate().take(families) {
                let (host, name) = (host.clone(), format!("{host}{suffix}"));
                lookups.spawn(async move {
                    let result = timeout_at(deadline, method.run(&name)).await;
                    (host, index, result.unwrap_or(Err(LookupError::Timeout)))
                });
            }
        }
        Ok(())
    }

    /// A name that keeps the addresses that an earlier configuration's discovery found for the same target.
    fn new_name(&self, host: &str, target: Option<&Target>) -> Name {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Name::literal(address);
        }
        let backend = target.and_then(|target| self.pool.get(target));
        let last: Vec<_> = backend.map_or_else(Vec::new, |backend| backend.addresses().to_vec());
        match self.config.source {
            Source::Static(_) => Name::new([last]),
            Source::Dns { .. } | Source::Srv { .. } => {
                let (v4, v6) = last.into_iter().partition(SocketAddr::is_ipv4);
                Name::new([v4, v6])
            }
        }
    }

    fn apply(
        &mut self,
        host: &str,
        index: usize,
        result: &Result<Vec<SocketAddr>, LookupError>,
        error: &mut Option<String>,
    ) {
        if let Err(lookup_error) = result
            && !lookup_error.is_absent()
        {
            self.failures.count(lookup_error.reason());
            *error = Some(format!("{host}: {lookup_error}"));
        }
        if let Some(name) = self.names.get_mut(host) {
            name.set(index, result);
        }
    }

    /// Updates the pool with the answers so far. Without any address, the fail policy decides when the round `is_complete`.
    fn publish_round(&mut self, members: &Members, is_complete: bool) {
        let policy = self.config.failpolicy;
        let addresses =
            |host: &str| self.names.get(host).map_or_else(Vec::new, |name| name.addresses(policy));
        let backends = members.backends(addresses);
        let may_be_empty =
            matches!(members, Members::Listed(_)) || (is_complete && policy == FailPolicy::SetEmpty);
        if !backends.is_empty() || may_be_empty {
            self.publish(backends);
        }
    }

    fn publish(&mut self, backends: Vec<DiscoveredBackend>) {
        if self.published.as_ref() != Some(&backends) {
            self.pool.update(backends.clone(), self.is_live);
        }
        if backends.iter().any(|backend| !backend.addresses.is_empty()) {
            self.is_ready.cancel();
        }
        self.published = Some(backends);
    }

    /// Logs the first failure and the recovery, not every failure in between.
    fn log_transition(&mut self, error: Option<&str>) {
        let server = &self.server;
        match error {
            Some(error) if !self.is_failing => tracing::warn!(server, error, "discovery failed"),
            None if self.is_failing => tracing::info!(server, "discovery recovered"),
            _ => {}
        }
        self.is_failing = error.is_some();
    }
}
