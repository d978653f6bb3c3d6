//! Graceful shutdown: a signal starts it, a drain finishes it.
//!
//! [`signal`] turns SIGINT and SIGTERM into a [`CancellationToken`]; [`drain`] waits within a grace period for the tasks
//! in flight, and logs the outcome.
//!
//! ```no_run
//! # use std::time::Duration;
//! # async fn handle(connection: tokio::net::TcpStream) {}
//! # async fn run(listener: tokio::net::TcpListener) -> std::io::Result<()> {
//! let shutdown = kit::shutdown::signal()?;
//! let calls = kit::shutdown::TaskTracker::new();
//! while let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await {
//!     calls.spawn(handle(accepted?.0));
//! }
//! kit::shutdown::drain("calls", &calls, Duration::from_secs(5)).await;
//! # Ok(())
//! # }
//! ```

use std::process::exit;
use std::time::Duration;
use std::{io, thread};

use tokio::signal::unix::{Signal, SignalKind, signal as listen};
use tokio::time::{Instant, timeout};

use crate::line_queue::LineQueue;

pub use tokio_util::sync::CancellationToken;
pub use tokio_util::task::TaskTracker;

/// Maximum time that the second signal waits until the log is written.
const LOG_FLUSH_TIMEOUT: Duration = Duration::from_millis(100);

/// Returns a token that the first SIGINT or SIGTERM cancels. A second signal ends the process at once, with the exit
/// code that shells use for that signal: 128 plus its number.
///
/// Signals are handled on a thread of their own: they have their effect even if no thread of the caller's runtime is
/// free.
///
/// # Errors
///
/// If the signal handlers cannot be installed.
pub fn signal() -> io::Result<CancellationToken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _runtime = runtime.enter();
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?)
    };
    let token = CancellationToken::new();
    let cancel = token.clone();
    let handle = async move {
        let first = next(&mut interrupt, &mut terminate).await;
        cancel.cancel();
        tracing::info!(signal = first.name, "shutting down");
        let second = next(&mut interrupt, &mut terminate).await;
        tracing::warn!(signal = second.name, "second signal, exiting at once");
        LineQueue::stdout().finish(LOG_FLUSH_TIMEOUT);
        exit(128 + second.number);
    };
    thread::Builder::new().name("signals".to_owned()).spawn(move || runtime.block_on(handle))?;
    Ok(token)
}

struct Received {
    name: &'static str,
    number: i32,
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> Received {
    tokio::select! {
        _ = interrupt.recv() => Received { name: "SIGINT", number: SignalKind::interrupt().as_raw_value() },
        _ = terminate.recv() => Received { name: "SIGTERM", number: SignalKind::terminate().as_raw_value() },
    }
}

/// The outcome of a drain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drained {
    /// Every task ended; the number of tasks that were open when the drain began.
    Completed(usize),
    /// The grace period ended first; the number of tasks that were still open.
    TimedOut(usize),
}

/// Closes the tracker, waits at most `grace` until every task has ended, and logs the outcome. `name` names the tasks
/// in the log.
///
/// Spawn no tasks after the call. Tasks that outlast the grace period keep running: the caller cancels them.
pub async fn drain(name: &'static str, tasks: &TaskTracker, grace: Duration) -> Drained {
    let open = tasks.len();
    let started = Instant::now();
    tasks.close();
    let drained = match timeout(grace, tasks.wait()).await {
        Ok(()) => Drained::Completed(open),
        // The last task may have ended between the timeout and this check.
        Err(_) if tasks.is_empty() => Drained::Completed(open),
        Err(_) => Drained::TimedOut(tasks.len()),
    };
    let seconds = started.elapsed().as_secs_f64();
    match drained {
        Drained::Completed(count) => tracing::info!(what = name, count, seconds, "drained"),
        Drained::TimedOut(count) => {
            tracing::warn!(what = name, count, seconds, "grace period over, dropping the rest");
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
    async fn drain_returns_at_once_without_tasks() {
        let started = Instant::now();
        assert_eq!(drain("tasks", &TaskTracker::new(), GRACE).await, Drained::Completed(0));
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn drain_waits_for_the_last_task() {
        let tasks = TaskTracker::new();
        for seconds in [1, 3] {
            tasks.spawn(tokio::time::sleep(Duration::from_secs(seconds)));
        }
        let started = Instant::now();
        assert_eq!(drain("tasks", &tasks, GRACE).await, Drained::Completed(2));
        assert_eq!(started.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn drain_counts_the_tasks_that_outlast_the_grace_period() {
        let tasks = TaskTracker::new();
        let (_sender, forever) = oneshot::channel::<()>();
        tasks.spawn(forever);
        tasks.spawn(tokio::time::sleep(Duration::from_secs(1)));
        let started = Instant::now();
        assert_eq!(drain("tasks", &tasks, GRACE).await, Drained::TimedOut(1));
        assert_eq!(started.elapsed(), GRACE);
    }
}
