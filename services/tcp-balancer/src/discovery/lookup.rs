//! Lookups: A, AAAA and SRV records from a DNS server, and names by the system's resolver.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;
use thiserror::Error;
use tokio::net::lookup_host;

use crate::config::{BackendOptions, Source, Target, Transport};
use crate::pool::DiscoveredBackend;

/// Why a lookup failed.
#[derive(Debug, Error)]
pub(super) enum LookupError {
    #[error("timed out")]
    Timeout,
    #[error("{0}")]
    Dns(#[from] NetError),
    #[error("{0}")]
    System(#[from] io::Error),
    #[error("no records")]
    NoRecords,
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

/// Looks up a name's A and AAAA records. Each address is a backend.
pub(super) async fn addresses(
    resolver: &TokioResolver,
    name: &str,
    port: u16,
) -> Result<Vec<DiscoveredBackend>, LookupError> {
    let mut addresses: Vec<_> = resolver.lookup_ip(name).await?.iter().collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(LookupError::NoRecords);
    }
    let backends = addresses.into_iter().map(|address| DiscoveredBackend {
        target: Target { host: address.to_string(), port },
        options: BackendOptions::default(),
        addresses: [SocketAddr::new(address, port)].into(),
    });
    Ok(backends.collect())
}

/// Looks up a name's SRV records. Each record is a backend with the record's port, weight and priority.
pub(super) async fn services(
    resolver: &TokioResolver,
    name: &str,
) -> Result<Vec<DiscoveredBackend>, LookupError> {
    let response = resolver.srv_lookup(name).await?;
    let mut options_by_target = BTreeMap::new();
    for record in response.answers() {
        if let RData::SRV(srv) = &record.data {
            let host = srv.target.to_utf8().trim_end_matches('.').to_owned();
            let (weight, priority) = (srv.weight.into(), srv.priority.into());
            let options = BackendOptions { weight, priority, max_connections: 0 };
            options_by_target.insert(Target { host, port: srv.port }, options);
        }
    }
    if options_by_target.is_empty() {
        return Err(LookupError::NoRecords);
    }
    let mut backends = Vec::with_capacity(options_by_target.len());
    for (target, options) in options_by_target {
        let host = format!("{}.", target.host);
        let addresses = resolver.lookup_ip(host).await?;
        let addresses = addresses.iter().map(|address| SocketAddr::new(address, target.port)).collect();
        backends.push(DiscoveredBackend { target, options, addresses });
    }
    Ok(backends)
}

/// Resolves a target's host by the system's resolver. A host that is an IP address needs no lookup.
pub(super) async fn system(target: &Target) -> Result<Arc<[SocketAddr]>, LookupError> {
    if let Ok(address) = target.host.parse::<IpAddr>() {
        return Ok([SocketAddr::new(address, target.port)].into());
    }
    let addresses: Arc<[_]> = lookup_host((target.host.as_str(), target.port)).await?.collect();
    if addresses.is_empty() { Err(LookupError::NoRecords) } else { Ok(addresses) }
}
