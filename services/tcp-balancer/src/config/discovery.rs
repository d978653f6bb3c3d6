//! `[servers.NAME.discovery]`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{GoDuration, Listed};

/// Where back ends come from.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Section", into = "Section")]
pub struct Discovery {
    /// What is asked.
    pub source: Source,
    /// What becomes of the back ends when it cannot be told.
    pub failpolicy: FailPolicy,
    /// How often it is asked; 0 is once.
    pub interval: GoDuration,
    timeout: GoDuration,
}

/// What is asked for back ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A list, the names in which are resolved as the machine does.
    Static(Vec<Listed>),
    /// A name, each address of which is a back end.
    Addresses {
        /// The DNS server, or the machine's.
        server: Option<SocketAddr>,
        /// The name.
        name: String,
        /// The back ends' port.
        port: u16,
    },
    /// A name with SRV records, each of which is a back end.
    Services {
        /// The DNS server, or the machine's.
        server: Option<SocketAddr>,
        /// The name.
        name: String,
        /// How the server is asked.
        transport: Transport,
    },
}

/// What becomes of the back ends when discovery fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailPolicy {
    /// They stay.
    #[default]
    KeepLast,
    /// They go.
    SetEmpty,
}

/// How a DNS server is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// And over TCP where the answer is too long.
    #[default]
    Udp,
    /// From the start.
    Tcp,
}

#[derive(Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Static,
    Dns,
    Srv,
}

/// As it is written.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Section {
    kind: Kind,
    #[serde(default)]
    failpolicy: FailPolicy,
    interval: Option<GoDuration>,
    timeout: Option<GoDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_list: Option<Vec<Listed>>,
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

const INTERVAL: GoDuration = GoDuration::seconds(2);
const TIMEOUT: GoDuration = GoDuration::seconds(5);

impl Discovery {
    /// How long one answer may take.
    pub fn timeout(&self) -> Duration {
        self.timeout.limit().unwrap_or(TIMEOUT.0)
    }
}

impl TryFrom<Section> for Discovery {
    type Error = String;

    fn try_from(section: Section) -> Result<Self, Self::Error> {
        section.refuse_keys_of_other_kinds()?;
        let Section { kind, failpolicy, interval, timeout, .. } = section;
        let source = match kind {
            Kind::Static => Source::Static(distinct(section.static_list.ok_or("needs `static_list`")?)?),
            Kind::Dns => Source::Addresses {
                server: section.dns_lookup_server,
                name: section.dns_lookup_pattern.ok_or("needs `dns_lookup_pattern`")?,
                port: section.dns_port.filter(|port| *port != 0).ok_or("needs `dns_port`, 1 to 65535")?,
            },
            Kind::Srv => Source::Services {
                server: section.srv_lookup_server,
                name: section.srv_lookup_pattern.ok_or("needs `srv_lookup_pattern`")?,
                transport: section.srv_dns_protocol.unwrap_or_default(),
            },
        };
        let (interval, timeout) = (interval.unwrap_or(INTERVAL), timeout.unwrap_or(TIMEOUT));
        Ok(Self { source, failpolicy, interval, timeout })
    }
}

impl Section {
    fn refuse_keys_of_other_kinds(&self) -> Result<(), String> {
        let keys = [
            ("static_list", self.static_list.is_some(), Kind::Static),
            ("dns_lookup_server", self.dns_lookup_server.is_some(), Kind::Dns),
            ("dns_lookup_pattern", self.dns_lookup_pattern.is_some(), Kind::Dns),
            ("dns_port", self.dns_port.is_some(), Kind::Dns),
            ("srv_lookup_server", self.srv_lookup_server.is_some(), Kind::Srv),
            ("srv_lookup_pattern", self.srv_lookup_pattern.is_some(), Kind::Srv),
            ("srv_dns_protocol", self.srv_dns_protocol.is_some(), Kind::Srv),
        ];
        match keys.into_iter().find(|(_, set, kind)| *set && *kind != self.kind) {
            Some((key, ..)) => Err(format!("`{key}` is for another kind of discovery")),
            None => Ok(()),
        }
    }
}

fn distinct(list: Vec<Listed>) -> Result<Vec<Listed>, String> {
    let mut seen = BTreeSet::new();
    match list.iter().find(|listed| !seen.insert(&listed.target)) {
        Some(twice) => Err(format!("`{}` is in `static_list` twice", twice.target)),
        None => Ok(list),
    }
}

impl From<Discovery> for Section {
    fn from(discovery: Discovery) -> Self {
        let Discovery { source, failpolicy, interval, timeout } = discovery;
        let empty = Section {
            kind: Kind::Static,
            failpolicy,
            interval: Some(interval),
            timeout: Some(timeout),
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
            Source::Addresses { server, name, port } => Section {
                kind: Kind::Dns,
                dns_lookup_server: server,
                dns_lookup_pattern: Some(name),
                dns_port: Some(port),
                ..empty
            },
            Source::Services { server, name, transport } => Section {
                kind: Kind::Srv,
                srv_lookup_server: server,
                srv_lookup_pattern: Some(name),
                srv_dns_protocol: Some(transport),
                ..empty
            },
        }
    }
}
