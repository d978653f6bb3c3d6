//! Waiting for what is in flight.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

/// How a drain went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Everything ended by itself; so many were open when the drain began.
    All(usize),
    /// The grace period ended first; so many were still open.
    Left(usize),
}

/// Waits until every one of `tasks` has ended, at most `grace`, and logs how it went. `what` names them in the log.
///
/// Closes the tracker: whoever spawns has stopped before. Tasks that are left go on; ending them is the caller's part.
pub async fn drain(what: &'static str, tasks: &TaskTracker, grace: Duration) -> Drained {
    let open = tasks.len();
    let begun = Instant::now();
    tasks.close();
    let drained = match timeout(grace, tasks.wait()).await {
        Ok(()) => Drained::All(open),
        // The last one may have ended between the timeout and this line.
        Err(_) if tasks.is_empty() => Drained::All(open),
        Err(_) => Drained::Left(tasks.len()),
    };
    let seconds = begun.elapsed().as_secs_f64();
    match drained {
        Drained::All(count) => {
            tracing::info!(what, count, seconds, "drained");
        }
        Drained::Left(count) => {
            tracing::warn!(what, count, seconds, "grace period over, cutting what is left");
        }
    }
    drained
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const GRACE: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn nothing_in_flight_is_drained_at_once() {
        let begun = Instant::now();
        assert_eq!(drain("tasks", &TaskTracker::new(), GRACE).await, Drained::All(0));
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_what_is_in_flight() {
        let tasks = TaskTracker::new();
        for seconds in [1, 3] {
            tasks.spawn(tokio::time::sleep(Duration::from_secs(seconds)));
        }
        let begun = Instant::now();
        assert_eq!(drain("tasks", &tasks, GRACE).await, Drained::All(2));
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn says_how_many_are_left_when_the_grace_period_is_over() {
        let tasks = TaskTracker::new();
        let (_never, forever) = oneshot::channel::<()>();
        tasks.spawn(forever);
        tasks.spawn(tokio::time::sleep(Duration::from_secs(1)));
        let begun = Instant::now();
        assert_eq!(drain("tasks", &tasks, GRACE).await, Drained::Left(1));
        assert_eq!(begun.elapsed(), GRACE);
    }
}
