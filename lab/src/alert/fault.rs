//! The faults: real ones, switched at run time, each with the alert that it must raise.

use std::time::Duration;

use clap::ValueEnum;

use crate::{
    alert::panel::{PanelId, Sign},
    docker::DockerError,
    fetch::FetchError,
    parts::Parts,
    service::Service,
};

/// How long a container that was started again may take to be healthy.
const HEALTHY: Duration = Duration::from_secs(30);

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fault {
    /// Envoy answers every gRPC call with UNAVAILABLE
    Errors,
    /// Envoy delays every gRPC call by one second
    Slow,
    /// The echo server is stopped
    Down,
    /// Envoy is stopped
    Silent,
}

/// Why a fault could not be thrown or taken back.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// Envoy's admin page.
    #[error(transparent)]
    Envoy(#[from] FetchError),
    /// Docker.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// Envoy took the change, but does not have it.
    #[error("Envoy's runtime has {key} = {value} after it was set to {wanted}")]
    NotSet {
        /// The runtime key.
        key: &'static str,
        /// What it has.
        value: String,
        /// What it should have.
        wanted: String,
    },
}

/// How a fault is switched.
enum Switch {
    /// Envoy's runtime keys; the first has a share in percent and is 0 or absent while the fault is off.
    Runtime([(&'static str, &'static str); 2]),
    /// A stopped container.
    Stopped(Service),
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Errors, Self::Slow, Self::Down, Self::Silent];

    /// As `make alert FAULT=` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Silent => "silent",
        }
    }

    /// What it does, for a person.
    pub fn effect(self) -> &'static str {
        match self {
            Self::Errors => "Envoy answers every gRPC call with UNAVAILABLE",
            Self::Slow => "Envoy delays every gRPC call by 1 s",
            Self::Down => "echo-server is stopped",
            Self::Silent => "Envoy is stopped",
        }
    }

    /// The one alert that it must raise.
    pub fn alert(self) -> &'static str {
        match self {
            Self::Errors => "EchoErrorsHigh",
            Self::Slow => "EchoSlow",
            Self::Down => "TargetDown",
            Self::Silent => "EnvoySilent",
        }
    }

    /// The panel that the alert's mail must link to, and that must move.
    pub fn panel(self) -> PanelId {
        match self {
            Self::Errors => ("grpc-client", 2),
            Self::Slow => ("grpc-client", 3),
            Self::Down => ("lookout", 2),
            Self::Silent => ("envoy", 2),
        }
    }

    /// How that panel shows it: a share, seconds of three quantiles added up, targets, seconds.
    pub fn sign(self) -> Sign {
        match self {
            Self::Errors => Sign::Above(0.1),
            Self::Slow | Self::Silent => Sign::Above(2.0),
            Self::Down => Sign::Falls,
        }
    }

    fn switch(self) -> Switch {
        match self {
            // 14 is UNAVAILABLE.
            Self::Errors => Switch::Runtime([
                ("fault.http.abort.abort_percent", "100"),
                ("fault.http.abort.grpc_status", "14"),
            ]),
            Self::Slow => Switch::Runtime([
                ("fault.http.delay.fixed_delay_percent", "100"),
                ("fault.http.delay.fixed_duration_ms", "1000"),
            ]),
            Self::Down => Switch::Stopped(Service::EchoServer),
            Self::Silent => Switch::Stopped(Service::Envoy),
        }
    }

    /// Throws it, and sees that it is on.
    pub async fn throw(self, parts: &Parts) -> Result<(), SwitchError> {
        match self.switch() {
            Switch::Runtime(pairs) => {
                parts.envoy.set_runtime(&pairs).await?;
                let runtime = parts.envoy.runtime().await?;
                for (key, wanted) in pairs {
                    let value = runtime.get(key).cloned().unwrap_or_default();
                    if value != wanted {
                        return Err(SwitchError::NotSet { key, value, wanted: wanted.into() });
                    }
                }
                Ok(())
            }
            Switch::Stopped(service) => Ok(parts.docker.stop(service).await?),
        }
    }

    /// Takes it back, and sees that it is off; may be called when it is off already.
    pub async fn take_back(self, parts: &Parts) -> Result<(), SwitchError> {
        match self.switch() {
            Switch::Runtime(pairs) => {
                parts.envoy.set_runtime(&pairs.map(|(key, _)| (key, ""))).await?;
                let share = pairs[0].0;
                let value = parts.envoy.runtime().await?.remove(share).unwrap_or_default();
                if is_off(&value) {
                    Ok(())
                } else {
                    Err(SwitchError::NotSet { key: share, value, wanted: "nothing".into() })
                }
            }
            Switch::Stopped(service) => {
                parts.docker.start(service).await?;
                Ok(parts.docker.wait_healthy(service, HEALTHY).await?)
            }
        }
    }

    /// Whether it is on. What cannot be asked because another fault is on counts as off.
    pub async fn is_on(self, parts: &Parts) -> Result<bool, SwitchError> {
        match self.switch() {
            Switch::Runtime([(share, _), _]) => {
                if parts.docker.is_running(Service::Envoy).await? != Some(true) {
                    return Ok(false);
                }
                Ok(!is_off(parts.envoy.runtime().await?.get(share).map_or("", String::as_str)))
            }
            Switch::Stopped(service) => Ok(parts.docker.is_running(service).await? == Some(false)),
        }
    }
}

fn is_off(share: &str) -> bool {
    matches!(share.trim(), "" | "0")
}
