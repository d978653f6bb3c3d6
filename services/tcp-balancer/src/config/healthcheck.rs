//! `[servers.NAME.healthcheck]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Escaped, GoDuration};

/// How the health of back ends is seen.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Section", into = "Section")]
pub struct Healthcheck {
    /// What is done.
    pub check: Check,
    interval: GoDuration,
    timeout: GoDuration,
    /// So many failures in a row make a back end unhealthy.
    pub fails: u32,
    /// So many passes in a row make it healthy.
    pub passes: u32,
    /// What it is taken for before the first check.
    pub initial_status: InitialStatus,
}

/// What is done to see whether a back end is healthy.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Nothing: it is.
    None,
    /// It takes a connection.
    Ping,
    /// It answers with these bytes.
    Expect {
        /// What it is sent.
        send: Escaped,
        /// How its answer begins.
        receive: Escaped,
    },
    /// It answers `GET` with a status of 200 to 299.
    Http {
        /// The request's target.
        path: String,
    },
}

/// What a back end is taken for at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InitialStatus {
    /// It gets connections.
    #[default]
    Healthy,
    /// It gets none before it has passed.
    Unhealthy,
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

/// As it is written.
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
}

const INTERVAL: GoDuration = GoDuration::seconds(2);

impl Healthcheck {
    /// How often it is looked.
    pub fn interval(&self) -> Duration {
        self.interval.0
    }

    /// How long one look may take: as long as the interval, unless set.
    pub fn timeout(&self) -> Duration {
        self.timeout.limit().unwrap_or(self.interval.0)
    }
}

impl Default for Healthcheck {
    fn default() -> Self {
        Self {
            check: Check::None,
            interval: INTERVAL,
            timeout: GoDuration::default(),
            fails: 1,
            passes: 1,
            initial_status: InitialStatus::Healthy,
        }
    }
}

impl TryFrom<Section> for Healthcheck {
    type Error = &'static str;

    fn try_from(section: Section) -> Result<Self, Self::Error> {
        let interval = section.interval.unwrap_or(INTERVAL);
        if interval.0.is_zero() {
            return Err("`interval` has to be above 0");
        }
        if section.fails == Some(0) || section.passes == Some(0) {
            return Err("`fails` and `passes` have to be at least 1");
        }
        Ok(Self {
            interval,
            timeout: section.timeout.unwrap_or_default(),
            fails: section.fails.unwrap_or(1),
            passes: section.passes.unwrap_or(1),
            initial_status: section.initial_status,
            check: section.check()?,
        })
    }
}

impl Section {
    fn check(self) -> Result<Check, &'static str> {
        let protocol = match (self.kind, self.probe_protocol) {
            (Kind::Probe, None) => return Err("a probe needs `probe_protocol`, `tcp` or `http`"),
            (Kind::None | Kind::Ping, Some(_)) => return Err("`probe_protocol` is for `kind = \"probe\"`"),
            (_, protocol) => protocol,
        };
        let (send, receive, path) = (self.probe_send, self.probe_recv, self.probe_path);
        match (self.kind, protocol) {
            (Kind::Probe, Some(ProbeProtocol::Tcp)) if path.is_some() => {
                Err("`probe_path` is for `probe_protocol = \"http\"`")
            }
            (Kind::Probe, Some(ProbeProtocol::Tcp)) => match (send, receive) {
                (Some(send), Some(receive)) if !receive.bytes().is_empty() => {
                    Ok(Check::Expect { send, receive })
                }
                _ => Err("a probe over tcp needs `probe_send` and `probe_recv`"),
            },
            (kind, _) if send.is_some() || receive.is_some() || self.probe_strategy.is_some() => match kind {
                Kind::Probe => {
                    Err("`probe_send`, `probe_recv` and `probe_strategy` are for a probe over tcp")
                }
                Kind::None | Kind::Ping => Err("`probe_` keys are for `kind = \"probe\"`"),
            },
            (Kind::Probe, _) => match path.unwrap_or_else(|| "/".into()) {
                path if is_path(&path) => Ok(Check::Http { path }),
                _ => Err("`probe_path` has to begin with / and hold no spaces"),
            },
            (Kind::None | Kind::Ping, _) if path.is_some() => Err("`probe_` keys are for `kind = \"probe\"`"),
            (Kind::None, _) => Ok(Check::None),
            (Kind::Ping, _) => Ok(Check::Ping),
        }
    }
}

/// It is written into a request as it is.
fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

impl From<Healthcheck> for Section {
    fn from(healthcheck: Healthcheck) -> Self {
        let Healthcheck { check, interval, timeout, fails, passes, initial_status } = healthcheck;
        let plain = Section {
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
        };
        match check {
            Check::None => plain,
            Check::Ping => Section { kind: Kind::Ping, ..plain },
            Check::Expect { send, receive } => Section {
                kind: Kind::Probe,
                probe_protocol: Some(ProbeProtocol::Tcp),
                probe_strategy: Some(ProbeStrategy::StartsWith),
                probe_send: Some(send),
                probe_recv: Some(receive),
                ..plain
            },
            Check::Http { path } => Section {
                kind: Kind::Probe,
                probe_protocol: Some(ProbeProtocol::Http),
                probe_path: Some(path),
                ..plain
            },
        }
    }
}
