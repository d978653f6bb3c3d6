//! `[servers.NAME]` and what `[defaults]` gives it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Discovery, GoDuration, Healthcheck};
use crate::balance::Balance;

/// A server as configured; the limits are there once [`Server::with_defaults`] has been asked.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where it listens.
    pub bind: Bind,
    /// What it speaks.
    #[serde(default)]
    pub protocol: Protocol,
    /// How it chooses a back end.
    #[serde(default)]
    pub balance: Balance,
    max_connections: Option<u32>,
    client_idle_timeout: Option<GoDuration>,
    backend_idle_timeout: Option<GoDuration>,
    backend_connection_timeout: Option<GoDuration>,
    /// What a back end is told of the client.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// Where the back ends come from.
    pub discovery: Discovery,
    /// How their health is seen.
    #[serde(default)]
    pub healthcheck: Healthcheck,
}

/// `[defaults]`: limits for servers that do not set their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    max_connections: u32,
    client_idle_timeout: GoDuration,
    backend_idle_timeout: GoDuration,
    backend_connection_timeout: GoDuration,
}

/// What is spoken with clients and back ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP, whatever is in it.
    #[default]
    Tcp,
}

/// `[servers.NAME.proxy_protocol]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyProtocol {
    /// Its version.
    pub version: ProxyVersion,
}

/// Versions of the PROXY protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum ProxyVersion {
    /// A line of text.
    #[serde(rename = "1")]
    V1,
    /// A binary header.
    #[serde(rename = "2")]
    V2,
}

/// `HOST:PORT`, or `:PORT` for all IPv4 interfaces.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bind(String);

impl Server {
    /// With the limits that it does not set from `defaults`.
    #[must_use]
    pub fn with_defaults(mut self, defaults: &Defaults) -> Self {
        self.max_connections.get_or_insert(defaults.max_connections);
        self.client_idle_timeout.get_or_insert(defaults.client_idle_timeout);
        self.backend_idle_timeout.get_or_insert(defaults.backend_idle_timeout);
        self.backend_connection_timeout.get_or_insert(defaults.backend_connection_timeout);
        self
    }

    /// The most connections of clients at a time; 0 is no limit.
    pub fn max_connections(&self) -> u32 {
        self.max_connections.unwrap_or_default()
    }

    /// How long a connection may be without a byte in either direction: both time-outs are about the one clock that a
    /// connection has, so the shorter rules.
    pub fn idle_timeout(&self) -> Option<Duration> {
        let timeouts = [self.client_idle_timeout, self.backend_idle_timeout];
        timeouts.into_iter().flatten().filter_map(GoDuration::limit).min()
    }

    /// How long the connection to one back end may take.
    pub fn connection_timeout(&self) -> Option<Duration> {
        self.backend_connection_timeout.and_then(GoDuration::limit)
    }
}

impl Bind {
    /// For binding.
    pub fn address(&self) -> String {
        if self.0.starts_with(':') { format!("0.0.0.0{}", self.0) } else { self.0.clone() }
    }
}

impl TryFrom<String> for Bind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let port = text.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        match port {
            Some(_) => Ok(Self(text)),
            None => Err(format!("`{text}`: expected HOST:PORT or :PORT")),
        }
    }
}

impl From<Bind> for String {
    fn from(bind: Bind) -> Self {
        bind.0
    }
}
