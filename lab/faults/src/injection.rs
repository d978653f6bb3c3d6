//! Injects and clears faults, and reads whether they are active.

use std::time::Duration;

use catalog::{Injection, Service, Stream};
use clients::{Clients, docker::DockerError, fetch::FetchError, order::Faults};
use tokio::task::JoinSet;

use crate::{
    connections::{self, ConnectionsError},
    load::Generator,
};

/// Timeout for a restarted container to become healthy.
const HEALTHY_TIMEOUT: Duration = Duration::from_secs(30);

/// The part of an active fault that runs in this process; dropping it ends that part.
#[derive(Debug)]
pub enum Effect {
    /// The fault stays active on its own until it is cleared.
    External,
    /// Slow requests.
    Calls(Generator),
    /// Open connections.
    Connections(JoinSet<()>),
}

/// Why a fault could not be injected, cleared or read.
#[derive(Debug, thiserror::Error)]
pub enum InjectionError {
    /// A request to Envoy's or the order service's admin API failed.
    #[error(transparent)]
    Admin(#[from] FetchError),
    /// Docker failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// Envoy accepted the change, but reports another value.
    #[error("Envoy's runtime has {key} = {value} after it was set to {expected}")]
    Runtime {
        /// The runtime key.
        key: &'static str,
        /// The reported value.
        value: String,
        /// The value that was set.
        expected: String,
    },
    /// The order service accepted the change, but reports another state.
    #[error("order-service reports {0:?} after its faults were changed")]
    Store(Faults),
    /// The balancer's limit was not reached.
    #[error(transparent)]
    Connections(#[from] ConnectionsError),
}

/// Injects a fault, and verifies that it is active.
///
/// # Errors
///
/// After an error, the fault may be active in part: call [`clear`].
pub async fn inject(clients: &Clients, injection: Injection) -> Result<Effect, InjectionError> {
    match injection {
        Injection::Runtime(pairs) => {
            clients.envoy.set_runtime(&pairs).await?;
            let runtime = clients.envoy.runtime().await?;
            for (key, expected) in pairs {
                let value = runtime.get(key).cloned().unwrap_or_default();
                if value != expected {
                    return Err(InjectionError::Runtime { key, value, expected: expected.into() });
                }
            }
        }
        Injection::StopServices(services) => {
            let mut stopping = JoinSet::new();
            for service in services {
                let docker = clients.docker.clone();
                stopping.spawn(async move { docker.stop(*service).await });
            }
            for stopped in stopping.join_all().await {
                stopped?;
            }
        }
        Injection::Store(fault) => {
            clients.orders.inject(fault).await?;
            let faults = clients.orders.faults().await?;
            if !faults.has(fault) {
                return Err(InjectionError::Store(faults));
            }
        }
        Injection::SlowCalls => return Ok(Effect::Calls(Generator::start(clients, Stream::SlowHellos))),
        Injection::Connections => return Ok(Effect::Connections(connections::open(clients).await?)),
    }
    Ok(Effect::External)
}

/// Clears a fault, if it is active, and verifies that it is not active.
///
/// [`Injection::SlowCalls`] and [`Injection::Connections`] end when their [`Effect`] is dropped.
///
/// # Errors
///
/// See [`InjectionError`].
pub async fn clear(clients: &Clients, injection: Injection) -> Result<(), InjectionError> {
    match injection {
        Injection::Runtime(pairs) => {
            clients.envoy.set_runtime(&pairs.map(|(key, _)| (key, ""))).await?;
            let key = pairs[0].0;
            let value = clients.envoy.runtime().await?.remove(key).unwrap_or_default();
            if !is_zero(&value) {
                return Err(InjectionError::Runtime { key, value, expected: "nothing".into() });
            }
        }
        Injection::StopServices(services) => {
            for service in services {
                clients.docker.start(*service).await?;
            }
            for service in services {
                clients.docker.wait_healthy(*service, HEALTHY_TIMEOUT).await?;
            }
        }
        Injection::Store(fault) => {
            clients.orders.clear(fault).await?;
            let faults = clients.orders.faults().await?;
            if faults.has(fault) {
                return Err(InjectionError::Store(faults));
            }
        }
        Injection::SlowCalls | Injection::Connections => {}
    }
    Ok(())
}

/// Whether a fault is active; always false for those that end with their process. Uses Docker only for faults that stop
/// containers.
///
/// # Errors
///
/// See [`InjectionError`].
pub async fn is_active(clients: &Clients, injection: Injection) -> Result<bool, InjectionError> {
    match injection {
        Injection::Runtime([(percentage, _), _]) => {
            Ok(!is_zero(clients.envoy.runtime().await?.get(percentage).map_or("", String::as_str)))
        }
        Injection::StopServices(services) => match services.first() {
            Some(first) => Ok(clients.docker.is_running(*first).await? == Some(false)),
            None => Ok(false),
        },
        Injection::Store(fault) => Ok(clients.orders.faults().await?.has(fault)),
        Injection::SlowCalls | Injection::Connections => Ok(false),
    }
}

/// Like [`is_active`], but returns false if the service that holds the fault is not running, for instance because another
/// fault has stopped it.
///
/// # Errors
///
/// See [`InjectionError`].
pub async fn is_active_if_running(clients: &Clients, injection: Injection) -> Result<bool, InjectionError> {
    let service = match injection {
        Injection::Runtime(_) => Some(Service::Envoy),
        Injection::Store(_) => Some(Service::OrderService),
        Injection::StopServices(_) | Injection::SlowCalls | Injection::Connections => None,
    };
    if let Some(service) = service
        && clients.docker.is_running(service).await? != Some(true)
    {
        return Ok(false);
    }
    is_active(clients, injection).await
}

fn is_zero(percentage: &str) -> bool {
    matches!(percentage.trim(), "" | "0")
}
