//! HTTP/2 streams: the tasks that produce their responses, and the end of those whose client does not read.
//!
//! HTTP/2's flow control stops a single stream, so the connection's socket does not show it. hyper polls a response's body only
//! when the client accepts more: a body that has returned data, and is not polled again, waits for its client.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::Executor;
use pin_project_lite::pin_project;
use tokio::task_local;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::server::edge::{Counts, TimedOut};
use crate::shutdown::TaskTracker;

task_local! {
    static CURRENT: Stream;
}

/// The state of a stream's response: since when its client accepts nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream(Arc<Mutex<Option<Instant>>>);

impl Stream {
    /// The stream whose task polls the caller; another one over HTTP/1, which nobody watches.
    pub(super) fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// Reports that the response waits for its client, or that the client accepts more.
    pub(super) fn set_waiting(&self, waiting: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = waiting.then(Instant::now);
    }

    fn waiting_since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Spawns the tasks of HTTP/2 streams and tracks them, so that the drain can wait for the last one.
#[derive(Clone)]
pub(super) struct Streams {
    pub(super) tasks: TaskTracker,
    pub(super) write_timeout: Duration,
    pub(super) counts: Counts,
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, task: F) {
        let (timeout, counts) = (self.write_timeout, self.counts.clone());
        self.tasks.spawn(Watched { task, stream: Stream::default(), timeout, sleep: None, counts });
    }
}

pin_project! {
    /// A stream's task. It ends, and so resets the stream, once its client has accepted nothing for the timeout.
    struct Watched<F> {
        #[pin]
        task: F,
        stream: Stream,
        timeout: Duration,
        #[pin]
        sleep: Option<Sleep>,
        counts: Counts,
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if CURRENT.sync_scope(this.stream.clone(), || this.task.poll(context)).is_ready() {
            return Poll::Ready(());
        }
        let Some(since) = this.stream.waiting_since() else { return Poll::Pending };
        let deadline = since + *this.timeout;
        match this.sleep.as_mut().as_pin_mut() {
            Some(sleep) if sleep.deadline() == deadline => {}
            Some(sleep) => sleep.reset(deadline),
            None => this.sleep.set(Some(sleep_until(deadline))),
        }
        let sleep = this.sleep.as_mut().as_pin_mut().map(|sleep| sleep.poll(context));
        if sleep.is_some_and(|polled| polled.is_ready()) {
            this.counts.close(TimedOut::Write);
            return Poll::Ready(());
        }
        Poll::Pending
    }
}
