//! Waiting for conditions instead of sleeping.

use std::panic::Location;
use std::time::Duration;

use tokio::time::{Instant, sleep};

const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Waits until the condition is true.
///
/// # Panics
/// At the caller's line, if it is not true within `timeout`.
#[track_caller]
pub fn eventually(timeout: Duration, mut condition: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    eventually_some(timeout, async move || condition().await.then_some(()))
}

/// Waits until `value` returns `Some`.
///
/// # Panics
/// At the caller's line, if it does not within `timeout`.
#[track_caller]
pub fn eventually_some<T>(
    timeout: Duration,
    mut value: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let caller = Location::caller();
    async move {
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(value) = value().await {
                return value;
            }
            assert!(Instant::now() < deadline, "not within {timeout:?}, at {caller}");
            sleep(POLL_INTERVAL).await;
        }
    }
}
