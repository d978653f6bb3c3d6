//! How a fault is thrown and taken back.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::{
    Parts,
    connections::{self, NotFull},
    docker::DockerError,
    fetch::FetchError,
    order::StoreFault,
    service::Service,
    traffic::{Stream, Traffic},
};

/// How long a container that was started again may take to be healthy.
const HEALTHY: Duration = Duration::from_secs(30);

/// How a fault is switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Envoy's runtime keys; the first has a share in percent and is 0 or absent while the fault is off.
    Runtime([(&'static str, &'static str); 2]),
    /// Stopped containers; the fault is on if the first is stopped.
    Stopped(&'static [Service]),
    /// The order service's admin page.
    Orders(StoreFault),
    /// Slow calls to the hello servers; they end with this process.
    SlowCalls,
    /// Connections through the balancer; they end with this process.
    Connections,
}

/// What this process does while a fault is on; dropping it ends that.
#[derive(Debug)]
pub enum Held {
    /// Nothing: the fault stays by itself until it is taken back.
    Nothing,
    /// Calls go on.
    Calls(Traffic),
    /// Connections stay open.
    Connections(JoinSet<()>),
}

/// Why a fault could not be thrown or taken back.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// Envoy's admin page, or the order service's.
    #[error(transparent)]
    Page(#[from] FetchError),
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
    /// The order service took the change, but does not have it.
    #[error("order-service says {0:?} of its faults")]
    NotSwitched(crate::order::Faults),
    /// The balancer still takes connections.
    #[error(transparent)]
    NotFull(#[from] NotFull),
}

impl Switch {
    /// Whether it takes Docker to throw it and to take it back; the others ask only the lab's own pages and doors.
    pub fn needs_docker(self) -> bool {
        matches!(self, Self::Stopped(_))
    }

    /// Throws it, and sees that it is on.
    pub async fn throw(self, parts: &Parts) -> Result<Held, SwitchError> {
        match self {
            Self::Runtime(pairs) => {
                parts.envoy.set_runtime(&pairs).await?;
                let runtime = parts.envoy.runtime().await?;
                for (key, wanted) in pairs {
                    let value = runtime.get(key).cloned().unwrap_or_default();
                    if value != wanted {
                        return Err(SwitchError::NotSet { key, value, wanted: wanted.into() });
                    }
                }
            }
            Self::Stopped(services) => {
                let mut stopping = JoinSet::new();
                for service in services {
                    let docker = parts.docker.clone();
                    stopping.spawn(async move { docker.stop(*service).await });
                }
                for stopped in stopping.join_all().await {
                    stopped?;
                }
            }
            Self::Orders(fault) => {
                parts.orders.throw(fault).await?;
                let faults = parts.orders.faults().await?;
                if !faults.has(fault) {
                    return Err(SwitchError::NotSwitched(faults));
                }
            }
            Self::SlowCalls => return Ok(Held::Calls(Traffic::start(parts, Stream::SlowHellos))),
            Self::Connections => return Ok(Held::Connections(connections::hold(parts).await?)),
        }
        Ok(Held::Nothing)
    }

    /// Takes it back, and sees that it is off; may be called when it is off already.
    pub async fn take_back(self, parts: &Parts) -> Result<(), SwitchError> {
        match self {
            Self::Runtime(pairs) => {
                parts.envoy.set_runtime(&pairs.map(|(key, _)| (key, ""))).await?;
                let share = pairs[0].0;
                let value = parts.envoy.runtime().await?.remove(share).unwrap_or_default();
                if !is_off(&value) {
                    return Err(SwitchError::NotSet { key: share, value, wanted: "nothing".into() });
                }
            }
            Self::Stopped(services) => {
                for service in services {
                    parts.docker.start(*service).await?;
                }
                for service in services {
                    parts.docker.wait_healthy(*service, HEALTHY).await?;
                }
            }
            Self::Orders(fault) => {
                parts.orders.take_back(fault).await?;
                let faults = parts.orders.faults().await?;
                if faults.has(fault) {
                    return Err(SwitchError::NotSwitched(faults));
                }
            }
            Self::SlowCalls | Self::Connections => {}
        }
        Ok(())
    }

    /// Whether it is on. What cannot be asked because another fault is on, or because its part is not there, counts as
    /// off; so does what ends with its process.
    pub async fn is_on(self, parts: &Parts) -> Result<bool, SwitchError> {
        let part = match self {
            Self::Runtime(_) => Some(Service::Envoy),
            Self::Orders(_) => Some(Service::OrderService),
            Self::Stopped(_) | Self::SlowCalls | Self::Connections => None,
        };
        if let Some(part) = part
            && parts.docker.is_running(part).await? != Some(true)
        {
            return Ok(false);
        }
        self.reads_on(parts).await
    }

    /// As [`Switch::is_on`], but a part that does not answer is an error; asks Docker only for what needs it.
    pub async fn reads_on(self, parts: &Parts) -> Result<bool, SwitchError> {
        match self {
            Self::Runtime([(share, _), _]) => {
                Ok(!is_off(parts.envoy.runtime().await?.get(share).map_or("", String::as_str)))
            }
            Self::Stopped(services) => match services.first() {
                Some(first) => Ok(parts.docker.is_running(*first).await? == Some(false)),
                None => Ok(false),
            },
            Self::Orders(fault) => Ok(parts.orders.faults().await?.has(fault)),
            Self::SlowCalls | Self::Connections => Ok(false),
        }
    }
}

fn is_off(share: &str) -> bool {
    matches!(share.trim(), "" | "0")
}
