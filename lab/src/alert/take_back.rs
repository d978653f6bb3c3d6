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
/// Stopped parts come first: an Envoy that has been started again has no runtime override left.
pub async fn restore(parts: &Parts) -> Result<Vec<Fault>, SwitchError> {
    let mut on = faults_on(parts).await?;
    on.sort_by_key(|fault| matches!(fault, Fault::Errors | Fault::Slow));
    for fault in &on {
        fault.take_back(parts).await?;
    }
    Ok(on)
}
