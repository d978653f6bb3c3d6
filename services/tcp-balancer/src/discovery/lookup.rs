//! Lookups: A, AAAA and SRV records from a DNS server, and names by the system's resolver.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::rdata::SRV;
use hickory_resolver::proto::rr::{RData, RecordType};
use thiserror::Error;
use tokio::net::lookup_host;

use super::failures::Reason;
use crate::config::{Source, Transport};

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
}

/// A lookup of a name's addresses.
#[derive(Clone)]
pub(super) enum AddressLookup {
    /// By the system's resolver, all families at once.
    System,
    /// Records of one type.
    Dns(Arc<TokioResolver>, RecordType),
}

/// The types of the records that have addresses, each of which is looked up on its own.
pub(super) const ADDRESS_TYPES: [RecordType; 2] = [RecordType::A, RecordType::AAAA];

impl LookupError {
    /// Whether there is an answer: that there are no such records.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::NoRecords => true,
            Self::Dns(error) => error.is_no_records_found(),
            Self::Timeout | Self::System(_) => false,
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
        }
    }
}

/// A resolver that queries the source's DNS server, or the system's. It does not cache: every lookup returns the current
/// records.
pub(super) fn resolver(source: &Source) -> Result<TokioResolver, NetError> {
    let (server, transport) = match source {
        Source::Dns { server, .. } => (*server, Transport::Udp),
        Source::Srv { server, transport, .. } => (*server, *transport),
        Source::Static(_) => (None, Transport::Udp),
    };
    let mut builder = match server {
        None => TokioResolver::builder_tokio()?,
        Some(server) => {
            let config = ResolverConfig::from_name_servers(vec![name_server(server, transport)]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    builder.options_mut().cache_size = 0;
    builder.build()
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
    pub(super) async fn run(self, host: &str) -> Result<Vec<SocketAddr>, LookupError> {
        let addresses: Vec<_> = match self {
            Self::System => {
                let addresses = lookup_host((host, 0)).await;
                addresses.map_err(|error| LookupError::System(error.to_string()))?.collect()
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
pub(super) async fn services(resolver: &TokioResolver, name: &str) -> Result<Vec<SRV>, LookupError> {
    let response = resolver.srv_lookup(name).await?;
    let records = response.answers().iter().filter_map(|record| match &record.data {
        RData::SRV(srv) => Some(srv.clone()),
        _ => None,
    });
    let records: Vec<_> = records.collect();
    if records.is_empty() { Err(LookupError::NoRecords) } else { Ok(records) }
}
