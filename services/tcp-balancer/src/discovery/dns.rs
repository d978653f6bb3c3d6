//! Asking DNS: A and AAAA records, and SRV records.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

use super::Failure;
use crate::config::{Share, Source, Target, Transport};
use crate::pool::Found;

/// A resolver for a source: of its server, or of the machine's. It remembers nothing, so that each round sees what is
/// new.
pub(super) fn resolver(source: &Source) -> Result<TokioResolver, NetError> {
    let (server, transport) = match source {
        Source::Addresses { server, .. } => (*server, Transport::Udp),
        Source::Services { server, transport, .. } => (*server, *transport),
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
    let at_port = |connection: ConnectionConfig| {
        let mut connection = connection;
        connection.port = server.port();
        connection
    };
    let connections = match transport {
        Transport::Udp => vec![at_port(ConnectionConfig::udp()), at_port(ConnectionConfig::tcp())],
        Transport::Tcp => vec![at_port(ConnectionConfig::tcp())],
    };
    NameServerConfig::new(server.ip(), true, connections)
}

/// A back end for each address of a name.
pub(super) async fn addresses(
    resolver: &TokioResolver,
    name: &str,
    port: u16,
) -> Result<Vec<Found>, Failure> {
    let mut addresses: Vec<_> = resolver.lookup_ip(name).await?.iter().collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(Failure::Empty);
    }
    let found = addresses.into_iter().map(|address| Found {
        target: Target { host: address.to_string(), port },
        share: Share::default(),
        addresses: [SocketAddr::new(address, port)].into(),
    });
    Ok(found.collect())
}

/// A back end for each SRV record of a name, with its weight and priority.
pub(super) async fn services(resolver: &TokioResolver, name: &str) -> Result<Vec<Found>, Failure> {
    let lookup = resolver.srv_lookup(name).await?;
    let mut shares = BTreeMap::new();
    for record in lookup.answers() {
        if let RData::SRV(srv) = &record.data {
            let host = srv.target.to_utf8().trim_end_matches('.').to_owned();
            let share =
                Share { weight: srv.weight.into(), priority: srv.priority.into(), max_connections: 0 };
            shares.insert(Target { host, port: srv.port }, share);
        }
    }
    if shares.is_empty() {
        return Err(Failure::Empty);
    }
    let mut found = Vec::with_capacity(shares.len());
    for (target, share) in shares {
        let host = format!("{}.", target.host);
        let addresses = resolver.lookup_ip(host).await?;
        let addresses = addresses.iter().map(|address| SocketAddr::new(address, target.port)).collect();
        found.push(Found { target, share, addresses });
    }
    Ok(found)
}
