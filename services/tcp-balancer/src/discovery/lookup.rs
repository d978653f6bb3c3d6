//! Lookups: A, AAAA and SRV records from a DNS server, and names by the system's resolver.

mod provider;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::rdata::SRV;
use hickory_resolver::proto::rr::{RData, RecordType};
use thiserror::Error;
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

use super::failures::Reason;
use crate::config::{Source, Transport};
use crate::shortage::Shortages;
use provider::Provider;

/// A resolver of DNS names that counts the shortages of its sockets.
pub(super) type Resolver = hickory_resolver::Resolver<Provider>;

/// Why a lookup failed.
#[derive(Clone, Debug, Error)]
pub(super) enum LookupError {
    #[error("timed out")]
    Timeout,
    #[error("{0}")]
    Dns(#[from] NetError),
    #[error("{0}")]
    System(String),
    #[error("no records")]
    NoRecords,
    /// The balancer lacked resources during the lookup, so that its failure says nothing about the name.
    #[error("out of resources: {0}")]
    Shortage(String),
}

/// A lookup of a name's addresses.
#[derive(Clone)]
pub(super) enum AddressLookup {
    /// By the system's resolver, all families at once.
    System,
    /// Records of one type.
    Dns(Arc<Resolver>, RecordType),
}

/// The types of the records that have addresses, each of which is looked up on its own.
pub(super) const ADDRESS_TYPES: [RecordType; 2] = [RecordType::A, RecordType::AAAA];

impl LookupError {
    /// Whether there is an answer: that there are no such records.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::NoRecords => true,
            Self::Dns(error) => error.is_no_records_found(),
            Self::Timeout | Self::System(_) | Self::Shortage(_) => false,
        }
    }

    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::NoRecords => Reason::NotFound,
            Self::Dns(error) if error.is_no_records_found() => Reason::NotFound,
            Self::Timeout | Self::Dns(NetError::Timeout) => Reason::Timeout,
            Self::Dns(NetError::Dns(_)) => Reason::ServerFailure,
            Self::Dns(_) => Reason::Network,
            Self::System(_) => Reason::System,
            Self::Shortage(_) => Reason::Shortage,
        }
    }

    /// Whether a server has answered, if only with an error. The system's resolver does not tell: it reports a name that it
    /// could not look up for lack of descriptors as one that does not exist.
    fn is_answer(&self) -> bool {
        matches!(self, Self::NoRecords | Self::Dns(NetError::Dns(_)))
    }
}

/// A resolver that queries the source's DNS server, or the system's. It does not cache: every lookup returns the current
/// records.
pub(super) fn resolver(source: &Source, shortages: &Arc<Shortages>) -> Result<Resolver, LookupError> {
    let (server, transport) = match source {
        Source::Dns { server, .. } => (*server, Transport::Udp),
        Source::Srv { server, transport, .. } => (*server, *transport),
        Source::Static(_) => (None, Transport::Udp),
    };
    let started = Instant::now();
    let provider = Provider::new(Arc::clone(shortages));
    let builder = match server {
        None => Resolver::builder(provider),
        Some(server) => {
            let config = ResolverConfig::from_name_servers(vec![name_server(server, transport)]);
            Ok(Resolver::builder_with_config(config, provider))
        }
    };
    let resolver = builder.and_then(|mut builder| {
        builder.options_mut().cache_size = 0;
        builder.build()
    });
    resolver.map_err(|error| unless_short(error.into(), shortages, started))
}

/// Awaits a lookup until the deadline.
pub(super) async fn within<T>(
    deadline: Instant,
    shortages: &Shortages,
    lookup: impl Future<Output = Result<T, LookupError>>,
) -> Result<T, LookupError> {
    let started = Instant::now();
    let result = timeout_at(deadline, lookup).await.unwrap_or(Err(LookupError::Timeout));
    result.map_err(|error| unless_short(error, shortages, started))
}

/// The error, or [`LookupError::Shortage`] if the balancer has lacked resources since `started` and there is no answer. The
/// resolvers' errors often omit the cause.
fn unless_short(error: LookupError, shortages: &Shortages, started: Instant) -> LookupError {
    if error.is_answer() {
        return error;
    }
    if let LookupError::Dns(NetError::Io(cause)) = &error {
        shortages.observe(cause);
    }
    if matches!(error, LookupError::System(_) | LookupError::Timeout) {
        shortages.probe();
    }
    if shortages.has_occurred_since(started) { LookupError::Shortage(error.to_string()) } else { error }
}

fn name_server(server: SocketAddr, transport: Transport) -> NameServerConfig {
    let with_port = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    let connections = match transport {
        Transport::Udp => vec![with_port(ConnectionConfig::udp()), with_port(ConnectionConfig::tcp())],
        Transport::Tcp => vec![with_port(ConnectionConfig::tcp())],
    };
    NameServerConfig::new(server.ip(), true, connections)
}

impl AddressLookup {
    /// Looks up a host's addresses, at least one. Their port is 0.
    pub(super) async fn run(self, host: &str, shortages: &Shortages) -> Result<Vec<SocketAddr>, LookupError> {
        let addresses: Vec<_> = match self {
            Self::System => {
                let addresses = lookup_host((host, 0)).await;
                let failed = |error| {
                    shortages.observe(&error);
                    LookupError::System(error.to_string())
                };
                addresses.map_err(failed)?.collect()
            }
            Self::Dns(resolver, record_type) => {
                let response = resolver.lookup(host, record_type).await?;
                let addresses = response.answers().iter().filter_map(|record| match &record.data {
                    RData::A(address) => Some(IpAddr::from(address.0)),
                    RData::AAAA(address) => Some(IpAddr::from(address.0)),
                    _ => None,
                });
                addresses.map(|address| SocketAddr::new(address, 0)).collect()
            }
        };
        if addresses.is_empty() { Err(LookupError::NoRecords) } else { Ok(addresses) }
    }
}

/// Looks up a name's SRV records, at least one.
pub(super) async fn services(resolver: &Resolver, name: &str) -> Result<Vec<SRV>, LookupError> {
    let response = resolver.srv_lookup(name).await?;
    let records = response.answers().iter().filter_map(|record| match &record.data {
        RData::SRV(srv) => Some(srv.clone()),
        _ => None,
    });
    let records: Vec<_> = records.collect();
    if records.is_empty() { Err(LookupError::NoRecords) } else { Ok(records) }
}
