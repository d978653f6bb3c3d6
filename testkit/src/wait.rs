//! Waiting for a condition instead of a time.

use std::panic::Location;
use std::time::Duration;

use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_millis(10);

/// Waits until the condition holds.
///
/// # Panics
/// At the caller's line, if it does not hold within `timeout`.
#[track_caller]
pub fn eventually(timeout: Duration, mut holds: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    eventually_some(timeout, async move || holds().await.then_some(()))
}

/// Waits until there is a value.
///
/// # Panics
/// At the caller's line, if there is none within `timeout`.
#[track_caller]
pub fn eventually_some<T>(
    timeout: Duration,
    mut value: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let caller = Location::caller();
    async move {
        let end = Instant::now() + timeout;
        loop {
            if let Some(value) = value().await {
                return value;
            }
            assert!(Instant::now() < end, "not within {timeout:?}, at {caller}");
            sleep(PAUSE).await;
        }
    }
}
