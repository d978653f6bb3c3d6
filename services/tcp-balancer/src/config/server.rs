//! `[servers.NAME]`, and the limits that it takes from `[defaults]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::target::unsigned;
use super::{Discovery, GoDuration, Healthcheck};
use crate::balance::Algorithm;
use crate::proxy_protocol::Version;
use crate::relay::Timeouts;

/// A server's configuration. Limits that are not set are unlimited until [`Server::with_defaults`] is applied.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address to listen on.
    pub bind: Bind,
    /// Transport protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// Load-balancing algorithm.
    #[serde(default)]
    pub balance: Algorithm,
    max_connections: Option<u32>,
    client_idle_timeout: Option<GoDuration>,
    backend_idle_timeout: Option<GoDuration>,
    backend_connection_timeout: Option<GoDuration>,
    half_close_timeout: Option<GoDuration>,
    abort_on_close: Option<bool>,
    max_fails: Option<u32>,
    fail_timeout: Option<GoDuration>,
    /// Whether backends get a PROXY protocol header.
    pub proxy_protocol: Option<ProxyProtocol>,
    /// The source of the backends.
    pub discovery: Discovery,
    /// The health check of the backends.
    #[serde(default)]
    pub healthcheck: Healthcheck,
}

/// `[defaults]`: limits for servers that do not set their own.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    max_connections: u32,
    client_idle_timeout: GoDuration,
    backend_idle_timeout: GoDuration,
    backend_connection_timeout: GoDuration,
    half_close_timeout: GoDuration,
    abort_on_close: bool,
    max_fails: u32,
    fail_timeout: GoDuration,
}

/// When a backend is ejected, and for how long: nginx's parameters of the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EjectionLimits {
    /// Number of failed attempts to connect within `fail_timeout` that eject a backend; 0 means never.
    pub max_fails: u32,
    /// Period in which the failures are counted, and time until the next attempt.
    pub fail_timeout: Duration,
}

impl Default for EjectionLimits {
    fn default() -> Self {
        Self { max_fails: 1, fail_timeout: Duration::from_secs(10) }
    }
}

impl Default for Defaults {
    fn default() -> Self {
        let EjectionLimits { max_fails, fail_timeout } = EjectionLimits::default();
        Self {
            max_connections: 0,
            client_idle_timeout: GoDuration::default(),
            backend_idle_timeout: GoDuration::default(),
            backend_connection_timeout: GoDuration::default(),
            half_close_timeout: GoDuration::from_secs(60),
            abort_on_close: false,
            max_fails,
            fail_timeout: GoDuration(fail_timeout),
        }
    }
}

/// Transport protocol of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP with any payload.
    #[default]
    Tcp,
}

/// `[servers.NAME.proxy_protocol]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyProtocol {
    /// Version of the header.
    pub version: Version,
}

/// `HOST:PORT`, or `:PORT` for all IPv4 interfaces.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bind(String);

/// The text is neither `HOST:PORT` nor `:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}`: expected HOST:PORT or :PORT, with an IPv6 address in brackets")]
pub struct BindError(String);

impl Server {
    /// Takes the limits that are not set from `defaults`.
    #[must_use]
    pub fn with_defaults(mut self, defaults: &Defaults) -> Self {
        self.max_connections.get_or_insert(defaults.max_connections);
        self.client_idle_timeout.get_or_insert(defaults.client_idle_timeout);
        self.backend_idle_timeout.get_or_insert(defaults.backend_idle_timeout);
        self.backend_connection_timeout.get_or_insert(defaults.backend_connection_timeout);
        self.half_close_timeout.get_or_insert(defaults.half_close_timeout);
        self.abort_on_close.get_or_insert(defaults.abort_on_close);
        self.max_fails.get_or_insert(defaults.max_fails);
        self.fail_timeout.get_or_insert(defaults.fail_timeout);
        self
    }

    /// Maximum number of client connections at a time; 0 means unlimited.
    pub fn max_connections(&self) -> u32 {
        self.max_connections.unwrap_or_default()
    }

    /// Maximum time without a byte in either direction: the shorter of the two configured timeouts.
    /// `None` means forever.
    pub fn idle_timeout(&self) -> Option<Duration> {
        let timeouts = [self.client_idle_timeout, self.backend_idle_timeout];
        timeouts.into_iter().flatten().filter_map(GoDuration::limit).min()
    }

    /// Timeout for connecting to one backend. `None` means the operating system's timeout.
    pub fn connection_timeout(&self) -> Option<Duration> {
        self.backend_connection_timeout.and_then(GoDuration::limit)
    }

    /// Timeouts of an established connection.
    pub fn relay_timeouts(&self) -> Timeouts {
        let half_close = self.half_close_timeout.unwrap_or(Defaults::default().half_close_timeout);
        Timeouts { idle: self.idle_timeout(), half_close: half_close.limit() }
    }

    /// Whether a client that has sent bytes and ended its side before a backend is connected has left.
    pub fn abort_on_close(&self) -> bool {
        self.abort_on_close.unwrap_or(Defaults::default().abort_on_close)
    }

    /// When a backend whose connections fail is ejected.
    pub fn ejection(&self) -> EjectionLimits {
        let defaults = EjectionLimits::default();
        EjectionLimits {
            max_fails: self.max_fails.unwrap_or(defaults.max_fails),
            fail_timeout: self.fail_timeout.map_or(defaults.fail_timeout, |timeout| timeout.0),
        }
    }

    /// The version of the PROXY protocol header that health checks send.
    pub fn check_proxy_protocol(&self) -> Option<Version> {
        self.proxy_protocol.filter(|_| self.healthcheck.proxy_protocol).map(|proxy| proxy.version)
    }
}

impl Bind {
    /// `HOST:PORT`, with 0.0.0.0 where the configuration has no host.
    pub fn address(&self) -> String {
        if self.0.starts_with(':') { format!("0.0.0.0{}", self.0) } else { self.0.clone() }
    }

    /// With this port, if the configuration has port 0: the system picks a free one.
    #[must_use]
    pub fn with_actual_port(self, port: u16) -> Self {
        match self.0.rsplit_once(':') {
            Some((host, configured)) if configured.parse() == Ok(0) => Self(format!("{host}:{port}")),
            _ => self,
        }
    }
}

impl TryFrom<String> for Bind {
    type Error = BindError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.rsplit_once(':') {
            Some((host, port)) if is_host(host) && unsigned::<u16>(port).is_some() => Ok(Self(text)),
            _ => Err(BindError(text)),
        }
    }
}

/// Whether the text is a name, an IPv4 address, an IPv6 address in brackets, or nothing.
fn is_host(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let is_valid = |text: &str| !text.contains(|c: char| c.is_whitespace() || matches!(c, '[' | ']'));
    match inner {
        Some(address) => address.contains(':') && is_valid(address),
        None => !text.contains(':') && is_valid(text),
    }
}

impl From<Bind> for String {
    fn from(bind: Bind) -> Self {
        bind.0
    }
}
