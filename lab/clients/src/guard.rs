//! A fault that is taken back whatever happens while it is on.

use std::time::Duration;

use crate::{
    Parts,
    clock::until,
    switch::{Switch, SwitchError},
};

/// How long taking back is tried.
const PATIENCE: Duration = Duration::from_secs(30);

/// What went wrong around a fault.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// It could not be thrown; it is taken back all the same.
    #[error("the fault cannot be thrown: {0}")]
    NotThrown(#[source] SwitchError),
    /// The watch panicked; the fault is taken back.
    #[error("the watch broke off ({0}); the fault is taken back")]
    Panicked(String),
    /// It could not be taken back.
    #[error("the fault could not be taken back: {0}; `make up` tries again")]
    NotTakenBack(#[source] SwitchError),
}

/// Throws the fault, runs `watch`, and takes the fault back: after an error, a panic, a time-out or a signal as well.
///
/// `watch` itself ends on a signal and after its limit. Throwing is never cut off half-way, so that taking back always
/// follows it.
pub async fn under<T: Send + 'static>(
    parts: &Parts,
    switch: Switch,
    watch: impl Future<Output = T> + Send + 'static,
) -> Result<T, GuardError> {
    let thrower = parts.clone();
    let watched = tokio::spawn(async move {
        let held = switch.throw(&thrower).await?;
        let seen = watch.await;
        drop(held);
        Ok(seen)
    })
    .await;
    until(PATIENCE, || switch.take_back(parts)).await.map_err(GuardError::NotTakenBack)?;
    match watched {
        Ok(Ok(seen)) => Ok(seen),
        Ok(Err(error)) => Err(GuardError::NotThrown(error)),
        Err(error) => Err(GuardError::Panicked(error.to_string())),
    }
}
