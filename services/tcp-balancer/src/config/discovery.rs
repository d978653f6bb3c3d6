//! `[servers.NAME.discovery]`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{GoDuration, StaticBackend, Target};

/// The source of a server's backends.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Section", into = "Section")]
pub struct Discovery {
    /// The names or addresses to look up.
    pub source: Source,
    /// The treatment of the backends when a lookup fails.
    pub failpolicy: FailPolicy,
    /// Time between lookups; 0 means a single lookup.
    pub interval: GoDuration,
    timeout: GoDuration,
    /// Maximum number of connections of each backend from DNS at a time; 0 means unlimited.
    pub backend_max_connections: u32,
}

/// The names or addresses to look up.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A list, whose host names are resolved by the system's resolver.
    Static(Vec<StaticBackend>),
    /// A name with A and AAAA records, each of which is a backend.
    Dns {
        /// DNS server; `None` is the system's.
        server: Option<SocketAddr>,
        /// Name to look up.
        name: String,
        /// Port of every backend.
        port: u16,
    },
    /// A name with SRV records, each of which is a backend.
    Srv {
        /// DNS server; `None` is the system's.
        server: Option<SocketAddr>,
        /// Name to look up.
        name: String,
        /// Transport protocol of the lookup.
        transport: Transport,
    },
}

/// The treatment of the backends when a lookup fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailPolicy {
    /// The backends of the last successful lookup stay.
    #[default]
    KeepLast,
    /// All backends are removed.
    SetEmpty,
}

/// Transport protocol of DNS lookups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// UDP, then TCP if the response was truncated.
    #[default]
    Udp,
    /// TCP only.
    Tcp,
}

/// Why the keys of the section do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DiscoveryError {
    /// The kind requires a key that is missing.
    #[error("needs `{0}`")]
    MissingKey(&'static str),
    /// `dns_port` is missing or 0.
    #[error("needs `dns_port`, 1 to 65535")]
    InvalidPort,
    /// The key belongs to another kind.
    #[error("`{0}` is for another kind of discovery")]
    KeyOfOtherKind(&'static str),
    /// The static list has the target more than once.
    #[error("`{0}` is in `static_list` twice")]
    Duplicate(Target),
}

#[derive(Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Static,
    Dns,
    Srv,
}

/// The section as written in the file.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Section {
    kind: Kind,
    #[serde(default)]
    failpolicy: FailPolicy,
    interval: Option<GoDuration>,
    timeout: Option<GoDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backend_max_connections: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_list: Option<Vec<StaticBackend>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_lookup_server: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_lookup_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dns_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    srv_lookup_server: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    srv_lookup_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    srv_dns_protocol: Option<Transport>,
}

const DEFAULT_INTERVAL: GoDuration = GoDuration::from_secs(2);
const DEFAULT_TIMEOUT: GoDuration = GoDuration::from_secs(5);

impl Discovery {
    /// Timeout of one lookup.
    pub fn timeout(&self) -> Duration {
        self.timeout.limit().unwrap_or(DEFAULT_TIMEOUT.0)
    }
}

impl TryFrom<Section> for Discovery {
    type Error = DiscoveryError;

    fn try_from(section: Section) -> Result<Self, Self::Error> {
        section.reject_keys_of_other_kinds()?;
        let missing = DiscoveryError::MissingKey;
        let Section { kind, failpolicy, interval, timeout, .. } = section;
        let source = match kind {
            Kind::Static => {
                let list = section.static_list.ok_or(missing("static_list"))?;
                reject_duplicates(&list)?;
                Source::Static(list)
            }
            Kind::Dns => Source::Dns {
                server: section.dns_lookup_server,
                name: section.dns_lookup_pattern.ok_or(missing("dns_lookup_pattern"))?,
                port: section.dns_port.filter(|port| *port != 0).ok_or(DiscoveryError::InvalidPort)?,
            },
            Kind::Srv => Source::Srv {
                server: section.srv_lookup_server,
                name: section.srv_lookup_pattern.ok_or(missing("srv_lookup_pattern"))?,
                transport: section.srv_dns_protocol.unwrap_or_default(),
            },
        };
        let (interval, timeout) = (interval.unwrap_or(DEFAULT_INTERVAL), timeout.unwrap_or(DEFAULT_TIMEOUT));
        let backend_max_connections = section.backend_max_connections.unwrap_or_default();
        Ok(Self { source, failpolicy, interval, timeout, backend_max_connections })
    }
}

impl Section {
    fn reject_keys_of_other_kinds(&self) -> Result<(), DiscoveryError> {
        let keys = [
            ("static_list", self.static_list.is_some(), Kind::Static),
            ("dns_lookup_server", self.dns_lookup_server.is_some(), Kind::Dns),
            ("dns_lookup_pattern", self.dns_lookup_pattern.is_some(), Kind::Dns),
            ("dns_port", self.dns_port.is_some(), Kind::Dns),
            ("srv_lookup_server", self.srv_lookup_server.is_some(), Kind::Srv),
            ("srv_lookup_pattern", self.srv_lookup_pattern.is_some(), Kind::Srv),
            ("srv_dns_protocol", self.srv_dns_protocol.is_some(), Kind::Srv),
        ];
        if self.kind == Kind::Static && self.backend_max_connections.is_some() {
            return Err(DiscoveryError::KeyOfOtherKind("backend_max_connections"));
        }
        match keys.into_iter().find(|(_, is_set, kind)| *is_set && *kind != self.kind) {
            Some((key, ..)) => Err(DiscoveryError::KeyOfOtherKind(key)),
            None => Ok(()),
        }
    }
}

fn reject_duplicates(list: &[StaticBackend]) -> Result<(), DiscoveryError> {
    let mut targets = BTreeSet::new();
    match list.iter().find(|backend| !targets.insert(&backend.target)) {
        Some(duplicate) => Err(DiscoveryError::Duplicate(duplicate.target.clone())),
        None => Ok(()),
    }
}

impl From<Discovery> for Section {
    fn from(discovery: Discovery) -> Self {
        let Discovery { source, failpolicy, interval, timeout, backend_max_connections } = discovery;
        let is_static = matches!(source, Source::Static(_));
        let empty = Section {
            kind: Kind::Static,
            failpolicy,
            interval: Some(interval),
            timeout: Some(timeout),
            backend_max_connections: (!is_static).then_some(backend_max_connections),
            static_list: None,
            dns_lookup_server: None,
            dns_lookup_pattern: None,
            dns_port: None,
            srv_lookup_server: None,
            srv_lookup_pattern: None,
            srv_dns_protocol: None,
        };
        match source {
            Source::Static(list) => Section { static_list: Some(list), ..empty },
            Source::Dns { server, name, port } => Section {
                kind: Kind::Dns,
                dns_lookup_server: server,
                dns_lookup_pattern: Some(name),
                dns_port: Some(port),
                ..empty
            },
            Source::Srv { server, name, transport } => Section {
                kind: Kind::Srv,
                srv_lookup_server: server,
                srv_lookup_pattern: Some(name),
                srv_dns_protocol: Some(transport),
                ..empty
            },
        }
    }
}
