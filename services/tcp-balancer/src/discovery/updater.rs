//! Rounds of lookups, and the updates of the pool that follow from them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Discovering;
use super::lookup::{self, ADDRESS_TYPES, AddressLookup, LookupError, Resolver};
use super::members::Members;
use super::name::Name;
use crate::config::{BackendOptions, Discovery, FailPolicy, Source, Target};
use crate::pool::DiscoveredBackend;

/// A completed lookup: the host, the index of the family, and the addresses.
type Lookup = (String, usize, Result<Vec<SocketAddr>, LookupError>);

pub(super) struct Updater {
    discovering: Discovering,
    /// Whether a lookup of the last round failed.
    is_failing: bool,
    /// Created at the first lookup.
    resolver: Option<Arc<Resolver>>,
    names: BTreeMap<String, Name>,
    /// The last update of the pool.
    published: Option<Vec<DiscoveredBackend>>,
}

/// What went wrong in a round of lookups.
#[derive(Default)]
struct Trouble {
    /// The last error.
    error: Option<String>,
    /// Whether a lookup failed for lack of the balancer's own resources.
    is_short: bool,
}

impl Updater {
    pub(super) fn new(discovering: Discovering) -> Self {
        Self { discovering, is_failing: false, resolver: None, names: BTreeMap::new(), published: None }
    }

    /// Runs a round of lookups. Returns whether it is conclusive: no lookup failed for lack of the balancer's own resources.
    pub(super) async fn update(&mut self) -> bool {
        let deadline = Instant::now() + self.config().timeout();
        let mut trouble = Trouble::default();
        match self.members(deadline, &mut trouble).await {
            Ok(members) => self.resolve(&members, deadline, &mut trouble).await,
            Err(error) => {
                self.fail(&mut trouble, None, &error);
                if self.config().failpolicy == FailPolicy::SetEmpty && !trouble.is_short {
                    self.publish(Vec::new());
                }
            }
        }
        self.log_transition(trouble.error.as_deref());
        let is_conclusive = !trouble.is_short;
        if is_conclusive {
            let Discovering { pool, run, is_ready, .. } = &self.discovering;
            pool.discoveries.apply(*run, || is_ready.cancel());
        }
        is_conclusive
    }

    fn config(&self) -> &Discovery {
        &self.discovering.config
    }

    /// Counts a failed lookup of `host`, or of the source.
    fn fail(&self, trouble: &mut Trouble, host: Option<&str>, error: &LookupError) {
        self.discovering.failures.count(error.reason());
        trouble.is_short |= matches!(error, LookupError::Shortage(_));
        trouble.error = Some(host.map_or_else(|| error.to_string(), |host| format!("{host}: {error}")));
    }

    /// Determines the backends that the source names.
    async fn members(&mut self, deadline: Instant, trouble: &mut Trouble) -> Result<Members, LookupError> {
        let max_connections = self.config().backend_max_connections;
        match self.config().source.clone() {
            Source::Static(list) => Ok(Members::Listed(list)),
            Source::Dns { name, port, .. } => {
                let options = BackendOptions { max_connections, ..BackendOptions::default() };
                Ok(Members::Addresses { host: name, port, options })
            }
            Source::Srv { name, .. } => {
                let resolver = self.resolver()?;
                let query = lookup::services(&resolver, &name);
                let records = lookup::within(deadline, &self.discovering.shortages, query).await?;
                let (members, unusable) = Members::from_records(records, max_connections);
                for reason in unusable {
                    self.discovering.failures.count(reason);
                    trouble.error = Some(format!("{name}: a record has port 0 or no target"));
                }
                Ok(members)
            }
        }
    }

    fn resolver(&mut self) -> Result<Arc<Resolver>, LookupError> {
        if let Some(resolver) = &self.resolver {
            return Ok(Arc::clone(resolver));
        }
        let resolver = Arc::new(lookup::resolver(&self.config().source, &self.discovering.shortages)?);
        self.resolver = Some(Arc::clone(&resolver));
        Ok(resolver)
    }

    /// Looks up the members' hosts concurrently, and updates the pool at each answer.
    async fn resolve(&mut self, members: &Members, deadline: Instant, trouble: &mut Trouble) {
        let mut lookups = JoinSet::new();
        if let Err(error) = self.begin_round(members, deadline, &mut lookups) {
            self.fail(trouble, None, &error);
        }
        self.publish_round(members, false);
        while let Some(joined) = lookups.join_next().await {
            let mut next = Some(joined);
            while let Some(joined) = next {
                match joined {
                    Ok((host, index, result)) => self.apply(&host, index, &result, trouble),
                    Err(panic) => self.fail(trouble, None, &LookupError::System(panic.to_string())),
                }
                next = lookups.try_join_next();
            }
            self.publish_round(members, false);
        }
        for (host, _) in self.names.iter().filter(|(_, name)| name.is_absent()) {
            self.fail(trouble, Some(host), &LookupError::NoRecords);
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
                let resolver = self.resolver()?;
                ADDRESS_TYPES.map(|kind| AddressLookup::Dns(Arc::clone(&resolver), kind)).into()
            }
        };
        // A target of an SRV record is a complete name, to which no search domain is appended.
        let suffix = if matches!(members, Members::Services(_)) { "." } else { "" };
        let Discovering { config, shortages, .. } = &self.discovering;
        for (host, name) in &mut self.names {
            let families = name.begin_round(config.failpolicy);
            for (index, method) in methods.iter().cloned().enumerate().take(families) {
                let (host, name) = (host.clone(), format!("{host}{suffix}"));
                let shortages = Arc::clone(shortages);
                lookups.spawn(async move {
                    let query = method.run(&name, &shortages);
                    let result = lookup::within(deadline, &shortages, query).await;
                    (host, index, result)
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
        let last = match target {
            Some(target) => {
                let backend = self.discovering.pool.get(target);
                backend.map_or_else(Vec::new, |backend| backend.addresses().to_vec())
            }
            None => self.discovering.last.clone(),
        };
        match self.config().source {
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
        trouble: &mut Trouble,
    ) {
        if let Err(error) = result
            && !error.is_absent()
        {
            self.fail(trouble, Some(host), error);
        }
        if let Some(name) = self.names.get_mut(host) {
            name.set(index, result);
        }
    }

    /// Updates the pool with the answers so far. Without any address, the fail policy decides when the round `is_complete`.
    fn publish_round(&mut self, members: &Members, is_complete: bool) {
        let policy = self.config().failpolicy;
        let addresses =
            |host: &str| self.names.get(host).map_or_else(Vec::new, |name| name.addresses(policy));
        let backends = members.backends(addresses);
        let is_answered = is_complete && !self.names.values().any(Name::is_open);
        let may_be_empty =
            matches!(members, Members::Listed(_)) || (is_answered && policy == FailPolicy::SetEmpty);
        if !backends.is_empty() || may_be_empty {
            self.publish(backends);
        }
    }

    fn publish(&mut self, backends: Vec<DiscoveredBackend>) {
        let Discovering { pool, run, is_live, is_ready, .. } = &self.discovering;
        pool.discoveries.apply(*run, || {
            if self.published.as_ref() != Some(&backends) {
                pool.update(backends.clone(), *is_live);
            }
            if backends.iter().any(|backend| !backend.addresses.is_empty()) {
                is_ready.cancel();
            }
        });
        self.published = Some(backends);
    }

    /// Logs the first failure and the recovery, not every failure in between.
    fn log_transition(&mut self, error: Option<&str>) {
        let server = &self.discovering.server;
        match error {
            Some(error) if !self.is_failing => tracing::warn!(server, error, "discovery failed"),
            None if self.is_failing => tracing::info!(server, "discovery recovered"),
            _ => {}
        }
        self.is_failing = error.is_some();
    }
}
