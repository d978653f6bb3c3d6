//! Polling until a condition holds.

use std::time::{Duration, Instant};

/// Interval between two attempts.
const INTERVAL: Duration = Duration::from_millis(200);

/// Calls `attempt` until it succeeds, for at most `timeout`.
///
/// # Errors
///
/// Returns the error of the last attempt.
pub async fn until<T, E, F>(timeout: Duration, mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) if started.elapsed() >= timeout => return Err(error),
            Err(_) => tokio::time::sleep(INTERVAL).await,
        }
    }
}
