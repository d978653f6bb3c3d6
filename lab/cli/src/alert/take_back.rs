//! Faults that a killed run has left.

use clients::{
    Parts,
    fault::Fault,
    service::Service,
    switch::{Switch, SwitchError},
};

use crate::check::soak;

/// The stop of `InfluxDB` by which `lab outage` proves that no count is lost.
pub const OUTAGE: Switch = Switch::Stopped(&[Service::InfluxDb]);

/// What may be left: each fault, and the outage.
fn all() -> impl Iterator<Item = (&'static str, Switch)> {
    let faults = Fault::ALL.into_iter().map(|fault| (fault.name(), fault.switch()));
    faults.chain([("an outage of InfluxDB", OUTAGE)])
}

/// The faults that are on, by name.
pub async fn faults_on(parts: &Parts) -> Result<Vec<(&'static str, Switch)>, SwitchError> {
    let mut on = Vec::new();
    for (name, switch) in all() {
        if switch.is_on(parts).await? {
            on.push((name, switch));
        }
    }
    Ok(on)
}

/// Takes back every fault that is on, and says which.
///
/// Asks again after each: what Envoy's runtime has is seen only once Envoy runs.
pub async fn restore(parts: &Parts) -> Result<Vec<&'static str>, SwitchError> {
    let mut taken_back = Vec::new();
    while let Some((name, switch)) = faults_on(parts).await?.first() {
        switch.take_back(parts).await?;
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
