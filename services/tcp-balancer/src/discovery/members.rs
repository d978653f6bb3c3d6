//! The backends that a source names, before their addresses are known.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use hickory_resolver::proto::rr::rdata::SRV;

use super::failures::Reason;
use crate::config::{BackendOptions, StaticBackend, Target};
use crate::pool::DiscoveredBackend;

/// The backends that a source names.
#[derive(Debug)]
pub(super) enum Members {
    /// The entries of a static list, including those without an address.
    Listed(Vec<StaticBackend>),
    /// The targets of SRV records. Those without an address are left out, as in gobetween.
    Services(Vec<StaticBackend>),
    /// Every address of one name.
    Addresses {
        /// The name.
        host: String,
        /// Port of each backend.
        port: u16,
        /// Options of each backend.
        options: BackendOptions,
    },
}

impl Members {
    /// The targets of the records that can be used. Returns the reason for each other record.
    pub(super) fn from_records(records: Vec<SRV>, max_connections: u32) -> (Self, Vec<Reason>) {
        let (mut options_by_target, mut unusable) = (BTreeMap::new(), Vec::new());
        for srv in records {
            // RFC 2782: the root as the target means that the service is not available.
            if srv.port == 0 || srv.target.is_root() {
                unusable.push(Reason::InvalidRecord);
                continue;
            }
            let host = srv.target.to_utf8().trim_end_matches('.').to_owned();
            let (weight, priority) = (srv.weight.into(), srv.priority.into());
            let options = BackendOptions { weight, priority, max_connections, ..BackendOptions::default() };
            options_by_target.insert(Target { host, port: srv.port }, options);
        }
        let services = options_by_target.into_iter();
        let services = services.map(|(target, options)| StaticBackend { target, options });
        (Self::Services(services.collect()), unusable)
    }

    /// The hosts whose addresses are needed, each with a target that has it.
    pub(super) fn hosts(&self) -> BTreeMap<String, Option<Target>> {
        match self {
            Self::Listed(members) | Self::Services(members) => {
                let host = |member: &StaticBackend| (member.target.host.clone(), Some(member.target.clone()));
                members.iter().map(host).collect()
            }
            Self::Addresses { host, .. } => BTreeMap::from([(host.clone(), None)]),
        }
    }

    /// The backends, given the addresses of each host. Their port is replaced.
    pub(super) fn backends(&self, addresses: impl Fn(&str) -> Vec<SocketAddr>) -> Vec<DiscoveredBackend> {
        match self {
            Self::Listed(members) | Self::Services(members) => {
                let keeps_unresolved = matches!(self, Self::Listed(_));
                let backend = |StaticBackend { target, options }: &StaticBackend| DiscoveredBackend {
                    target: target.clone(),
                    options: *options,
                    addresses: with_port(addresses(&target.host), target.port).collect(),
                };
                let backends = members.iter().map(backend);
                backends.filter(|backend| keeps_unresolved || !backend.addresses.is_empty()).collect()
            }
            Self::Addresses { host, port, options } => {
                let mut addresses: Vec<_> = with_port(addresses(host), *port).collect();
                addresses.sort_unstable();
                addresses.dedup();
                let backend = |address: SocketAddr| DiscoveredBackend {
                    target: Target { host: address.ip().to_string(), port: *port },
                    options: *options,
                    addresses: [address].into(),
                };
                addresses.into_iter().map(backend).collect()
            }
        }
    }
}

fn with_port(addresses: Vec<SocketAddr>, port: u16) -> impl Iterator<Item = SocketAddr> {
    addresses.into_iter().map(move |mut address| {
        address.set_port(port);
        address
    })
}
