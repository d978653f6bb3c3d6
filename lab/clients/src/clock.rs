//! Waiting for a condition, and the time of day.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(200);

/// Now, in Unix seconds.
pub fn unix_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Looks until `look` gives a value, at most `limit` long; the last error that it gave otherwise.
pub async fn until<T, E, F>(limit: Duration, mut look: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let started = Instant::now();
    loop {
        match look().await {
            Ok(value) => return Ok(value),
            Err(error) if started.elapsed() >= limit => return Err(error),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
