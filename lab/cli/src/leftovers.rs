//! Faults that a killed run has left active: finding and clearing them.

use catalog::{Fault, Injection, Service};
use clients::{Clients, fetch::FetchError};
use faults::InjectionError;

/// The stop of `InfluxDB` during `lab outage`.
pub const OUTAGE: Injection = Injection::StopServices(&[Service::InfluxDb]);
/// The server that the soak test adds to the balancer.
pub const SOAK_SERVER: &str = "soak";

/// Why a fault could not be found or cleared.
#[derive(Debug, thiserror::Error)]
pub enum LeftoverError {
    /// Reading or clearing a fault failed.
    #[error(transparent)]
    Injection(#[from] InjectionError),
    /// The balancer failed.
    #[error(transparent)]
    Balancer(#[from] FetchError),
}

/// The active faults by name, the outage included.
///
/// # Errors
///
/// See [`LeftoverError`].
pub async fn active_faults(clients: &Clients) -> Result<Vec<(&'static str, Injection)>, LeftoverError> {
    let faults = Fault::ALL.into_iter().map(|fault| (fault.name(), fault.injection()));
    let mut active = Vec::new();
    for (name, injection) in faults.chain([("an outage of InfluxDB", OUTAGE)]) {
        if faults::is_active_if_running(clients, injection).await? {
            active.push((name, injection));
        }
    }
    Ok(active)
}

/// Clears all active faults, and returns their names.
///
/// # Errors
///
/// See [`LeftoverError`].
pub async fn clear(clients: &Clients) -> Result<Vec<&'static str>, LeftoverError> {
    let mut cleared = Vec::new();
    // Read again after each: the faults in Envoy's runtime can only be read once Envoy runs.
    while let Some((name, injection)) = active_faults(clients).await?.first() {
        faults::clear(clients, *injection).await?;
        cleared.push(*name);
    }
    if clients.docker.is_running(Service::TcpBalancer).await.map_err(InjectionError::from)? == Some(true)
        && clients.balancer.has(SOAK_SERVER).await?
    {
        clients.balancer.remove(SOAK_SERVER).await?;
        cleared.push("the soak test's server");
    }
    Ok(cleared)
}
