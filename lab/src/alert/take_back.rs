//! Faults that a killed run has left.

use crate::{
    alert::fault::{Fault, SwitchError},
    parts::Parts,
};

/// The faults that are on.
pub async fn faults_on(parts: &Parts) -> Result<Vec<Fault>, SwitchError> {
    let mut on = Vec::new();
    for fault in Fault::ALL {
        if fault.is_on(parts).await? {
            on.push(fault);
        }
    }
    Ok(on)
}

/// Takes back every fault that is on, and says which.
///
/// Asks again after each: what Envoy's runtime has is seen only once Envoy runs.
pub async fn restore(parts: &Parts) -> Result<Vec<Fault>, SwitchError> {
    let mut taken_back = Vec::new();
    while let Some(fault) = faults_on(parts).await?.first() {
        fault.take_back(parts).await?;
        taken_back.push(*fault);
    }
    Ok(taken_back)
}
