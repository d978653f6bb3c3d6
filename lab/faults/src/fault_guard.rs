//! Clears a fault whatever happens while it is active.

use std::{pin::Pin, time::Duration};

use catalog::Injection;
use clients::{Clients, poll::until};

use crate::injection::{InjectionError, clear, inject};

/// Clearing is retried for this long.
const CLEAR_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a task under a fault failed.
#[derive(Debug, thiserror::Error)]
pub enum FaultGuardError {
    /// The fault could not be injected. It has been cleared, in case it took effect partly.
    #[error("cannot inject the fault: {0}")]
    NotInjected(#[source] InjectionError),
    /// The task panicked. The fault has been cleared.
    #[error("the task panicked ({0}); the fault has been cleared")]
    Panicked(String),
    /// The fault is still active.
    #[error("cannot clear the fault: {0}; `make up` tries again")]
    NotCleared(#[source] InjectionError),
}

/// As [`with_fault`], with several faults: injects them in order, and clears them in the reverse order.
///
/// # Errors
///
/// See [`FaultGuardError`].
pub fn with_faults<T: Send + 'static>(
    clients: Clients,
    injections: Vec<Injection>,
    task: Pin<Box<dyn Future<Output = T> + Send>>,
) -> Pin<Box<dyn Future<Output = Result<T, FaultGuardError>> + Send>> {
    Box::pin(async move {
        let Some((first, rest)) = injections.split_first() else { return Ok(task.await) };
        let inner = with_faults(clients.clone(), rest.to_vec(), task);
        with_fault(&clients, *first, inner).await?
    })
}

/// Injects the fault, runs `task`, and clears the fault: also after an error or a panic.
///
/// `task` itself must end on a signal and after a timeout. Dropping the returned future leaves the fault active.
///
/// # Errors
///
/// See [`FaultGuardError`].
pub async fn with_fault<T: Send + 'static>(
    clients: &Clients,
    injection: Injection,
    task: impl Future<Output = T> + Send + 'static,
) -> Result<T, FaultGuardError> {
    let injector = clients.clone();
    let result = tokio::spawn(async move {
        let effect = inject(&injector, injection).await?;
        let output = task.await;
        drop(effect);
        Ok(output)
    })
    .await;
    until(CLEAR_TIMEOUT, || clear(clients, injection)).await.map_err(FaultGuardError::NotCleared)?;
    match result {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(FaultGuardError::NotInjected(error)),
        Err(error) => Err(FaultGuardError::Panicked(error.to_string())),
    }
}
