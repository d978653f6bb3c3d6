//! `[servers.NAME.healthcheck]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Escaped, GoDuration, StatusRanges};

/// The health check of a server's backends.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Section", into = "Section")]
pub struct Healthcheck {
    /// The check.
    pub check: Check,
    interval: GoDuration,
    timeout: GoDuration,
    /// Consecutive failures that make a healthy backend unhealthy.
    pub fails: u32,
    /// Consecutive passes that make an unhealthy backend healthy.
    pub passes: u32,
    /// Status before the first check.
    pub initial_status: InitialStatus,
    /// The HTTP status codes that pass.
    pub probe_status: StatusRanges,
    /// Whether checks send the PROXY protocol header if the server's connections do.
    pub proxy_protocol: bool,
}

/// The condition for a backend to pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Nothing: every backend is healthy.
    None,
    /// Accept a TCP connection.
    Ping,
    /// Accept a TCP connection and respond with these bytes.
    Tcp {
        /// The request.
        send: Escaped,
        /// The response's first bytes, at least one.
        receive: Escaped,
    },
    /// Respond to an HTTP `GET` with a status in [`Healthcheck::probe_status`].
    Http {
        /// The request target.
        path: String,
    },
}

/// Status of a backend before its first check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InitialStatus {
    /// The backend gets connections.
    #[default]
    Healthy,
    /// The backend gets no connections until it passes.
    Unhealthy,
}

/// Why the keys of the section do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HealthcheckError {
    /// The interval is 0.
    #[error("`interval` must be above 0")]
    ZeroInterval,
    /// A threshold is 0.
    #[error("`fails` and `passes` must be at least 1")]
    ZeroThreshold,
    /// No check would ever make a backend healthy.
    #[error(
        "with `kind = \"none\"`, a backend with `initial_status = \"unhealthy\"` would never become healthy"
    )]
    NeverHealthy,
    /// A probe has no protocol.
    #[error("a probe needs `probe_protocol`, `tcp` or `http`")]
    MissingProtocol,
    /// A TCP probe has no request, or no or an empty expected response.
    #[error("a TCP probe needs `probe_send` and `probe_recv`")]
    MissingSendOrReceive,
    /// A check that is not a probe has a key for probes.
    #[error("`{0}` is for `kind = \"probe\"`")]
    ProbeOnly(&'static str),
    /// An HTTP probe has a key for TCP probes.
    #[error("`{0}` is for `probe_protocol = \"tcp\"`")]
    TcpOnly(&'static str),
    /// A TCP probe has a key for HTTP probes.
    #[error("`{0}` is for `probe_protocol = \"http\"`")]
    HttpOnly(&'static str),
    /// The path cannot be sent as a request target.
    #[error("`probe_path` must begin with / and have only printable ASCII characters, without spaces")]
    InvalidPath,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    None,
    Ping,
    Probe,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum ProbeProtocol {
    Tcp,
    Http,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum ProbeStrategy {
    StartsWith,
}

/// The section as written in the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Section {
    kind: Kind,
    interval: Option<GoDuration>,
    timeout: Option<GoDuration>,
    fails: Option<u32>,
    passes: Option<u32>,
    #[serde(default)]
    initial_status: InitialStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_protocol: Option<ProbeProtocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_strategy: Option<ProbeStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_send: Option<Escaped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_recv: Option<Escaped>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe_status: Option<StatusRanges>,
    proxy_protocol: Option<bool>,
}

const DEFAULT_INTERVAL: GoDuration = GoDuration::from_secs(2);

impl Healthcheck {
    /// Time between two checks of a backend.
    pub fn interval(&self) -> Duration {
        self.interval.0
    }

    /// Timeout of one check. Defaults to the interval.
    pub fn timeout(&self) -> Duration {
        self.timeout.limit().unwrap_or(self.interval.0)
    }
}

impl Default for Healthcheck {
    fn default() -> Self {
        Self {
            check: Check::None,
            interval: DEFAULT_INTERVAL,
            timeout: GoDuration::default(),
            fails: 1,
            passes: 1,
            initial_status: InitialStatus::Healthy,
            probe_status: StatusRanges::default(),
            proxy_protocol: true,
        }
    }
}

impl TryFrom<Section> for Healthcheck {
    type Error = HealthcheckError;

    fn try_from(section: Section) -> Result<Self, Self::Error> {
        let interval = section.interval.unwrap_or(DEFAULT_INTERVAL);
        if interval.0.is_zero() {
            return Err(HealthcheckError::ZeroInterval);
        }
        if section.fails == Some(0) || section.passes == Some(0) {
            return Err(HealthcheckError::ZeroThreshold);
        }
        if matches!(section.kind, Kind::None) && section.initial_status == InitialStatus::Unhealthy {
            return Err(HealthcheckError::NeverHealthy);
        }
        Ok(Self {
            interval,
            timeout: section.timeout.unwrap_or_default(),
            fails: section.fails.unwrap_or(1),
            passes: section.passes.unwrap_or(1),
            initial_status: section.initial_status,
            probe_status: section.probe_status.clone().unwrap_or_default(),
            proxy_protocol: section.proxy_protocol.unwrap_or(true),
            check: section.check()?,
        })
    }
}

impl Section {
    fn check(self) -> Result<Check, HealthcheckError> {
        let tcp_key = [
            ("probe_send", self.probe_send.is_some()),
            ("probe_recv", self.probe_recv.is_some()),
            ("probe_strategy", self.probe_strategy.is_some()),
        ];
        let tcp_key = tcp_key.into_iter().find_map(|(key, is_set)| is_set.then_some(key));
        let http_key =
            [("probe_path", self.probe_path.is_some()), ("probe_status", self.probe_status.is_some())];
        let http_key = http_key.into_iter().find_map(|(key, is_set)| is_set.then_some(key));
        let protocol_key = self.probe_protocol.is_some().then_some("probe_protocol");
        match (self.kind, self.probe_protocol) {
            (Kind::None | Kind::Ping, _) => match protocol_key.or(tcp_key).or(http_key) {
                Some(key) => Err(HealthcheckError::ProbeOnly(key)),
                None if matches!(self.kind, Kind::Ping) => Ok(Check::Ping),
                None => Ok(Check::None),
            },
            (Kind::Probe, None) => Err(HealthcheckError::MissingProtocol),
            (Kind::Probe, Some(ProbeProtocol::Tcp)) => match (http_key, self.probe_send, self.probe_recv) {
                (Some(key), ..) => Err(HealthcheckError::HttpOnly(key)),
                (None, Some(send), Some(receive)) if !receive.bytes().is_empty() => {
                    Ok(Check::Tcp { send, receive })
                }
                _ => Err(HealthcheckError::MissingSendOrReceive),
            },
            (Kind::Probe, Some(ProbeProtocol::Http)) => match (tcp_key, self.probe_path) {
                (Some(key), _) => Err(HealthcheckError::TcpOnly(key)),
                (None, Some(path)) if !is_request_target(&path) => Err(HealthcheckError::InvalidPath),
                (None, path) => Ok(Check::Http { path: path.unwrap_or_else(|| "/".into()) }),
            },
        }
    }
}

/// The path is sent without escaping, so it must not contain spaces or line ends.
fn is_request_target(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

impl From<Healthcheck> for Section {
    fn from(healthcheck: Healthcheck) -> Self {
        let Healthcheck { check, interval, timeout, fails, passes, initial_status, .. } = healthcheck;
        let base = Section {
            kind: Kind::None,
            interval: Some(interval),
            timeout: Some(timeout),
            fails: Some(fails),
            passes: Some(passes),
            initial_status,
            probe_protocol: None,
            probe_strategy: None,
            probe_send: None,
            probe_recv: None,
            probe_path: None,
            probe_status: None,
            proxy_protocol: Some(healthcheck.proxy_protocol),
        };
        match check {
            Check::None => base,
            Check::Ping => Section { kind: Kind::Ping, ..base },
            Check::Tcp { send, receive } => Section {
                kind: Kind::Probe,
                probe_protocol: Some(ProbeProtocol::Tcp),
                probe_strategy: Some(ProbeStrategy::StartsWith),
                probe_send: Some(send),
                probe_recv: Some(receive),
                ..base
            },
            Check::Http { path } => Section {
                kind: Kind::Probe,
                probe_protocol: Some(ProbeProtocol::Http),
                probe_path: Some(path),
                probe_status: Some(healthcheck.probe_status),
                ..base
            },
        }
    }
}
