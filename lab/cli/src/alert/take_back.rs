//! Faults that a killed run has left.

use catalog::{Fault, Injection, Service};
use clients::Clients;
use faults::InjectionError;

use crate::check::soak;

/// The stop of `InfluxDB` by which `lab outage` proves that no count is lost.
pub const OUTAGE: Injection = Injection::StopServices(&[Service::InfluxDb]);

/// What may be left: each fault, and the outage.
fn all() -> impl Iterator<Item = (&'static str, Injection)> {
    let faults = Fault::ALL.into_iter().map(|fault| (fault.name(), fault.injection()));
    faults.chain([("an outage of InfluxDB", OUTAGE)])
}

/// The faults that are on, by name.
pub async fn faults_on(parts: &Clients) -> Result<Vec<(&'static str, Injection)>, InjectionError> {
    let mut on = Vec::new();
    for (name, switch) in all() {
        if faults::is_active_if_running(parts, switch).await? {
            on.push((name, switch));
        }
    }
    Ok(on)
}

/// Takes back every fault that is on, and says which.
///
/// Asks again after each: what Envoy's runtime has is seen only once Envoy runs.
pub async fn restore(parts: &Clients) -> Result<Vec<&'static str>, InjectionError> {
    let mut taken_back = Vec::new();
    while let Some((name, switch)) = faults_on(parts).await?.first() {
        faults::clear(parts, *switch).await?;
        taken_back.push(*name);
    }
    if parts.docker.is_running(Service::TcpBalancer).await? == Some(true)
        && parts.balancer.has(soak::SERVER).await?
    {
        parts.balancer.remove(soak::SERVER).await?;
        taken_back.push("the soak's server");
    }
    Ok(taken_back)
}
