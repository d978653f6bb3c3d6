//! What a connection waits for, and until when.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, sleep_until};

use super::head_scan::HeadScan;
use crate::server::edge::{TimedOut, Timeouts};

const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The activity of a connection, as its socket and its requests report it.
#[derive(Debug)]
pub(super) struct Activity {
    timeouts: Timeouts,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests whose response has not ended.
    in_flight: usize,
    /// What the client has to send while no request is in flight, and since when.
    expected: Expected,
    since: Instant,
    /// Since when the client accepts no byte.
    blocked_since: Option<Instant>,
    /// Bytes of HTTP/2's preface that have been received; `None` once the connection is known to be HTTP/1.
    preface: Option<usize>,
    /// The last HTTP/1 head.
    head: HeadScan,
    /// The task that watches the connection.
    watcher: Option<Waker>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// The end of a request's headers, or of HTTP/2's preface.
    Head,
    /// A request.
    Request,
}

/// A request in flight, until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl Activity {
    /// A connection that starts now.
    pub(super) fn new(timeouts: Timeouts) -> Self {
        let state = State {
            in_flight: 0,
            expected: Expected::Head,
            since: Instant::now(),
            blocked_since: None,
            preface: Some(0),
            head: HeadScan::default(),
            watcher: None,
        };
        Self { timeouts, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn received(&self, bytes: &[u8]) {
        let mut state = self.state();
        let is_http2 = state.preface == Some(HTTP2_PREFACE.len());
        if is_http2 || bytes.is_empty() {
            return;
        }
        if state.in_flight == 0 && state.expected == Expected::Request {
            state.expect(Expected::Head);
            state.head = HeadScan::default();
        }
        state.head.feed(bytes);
        if let Some(received) = state.preface {
            let rest = &HTTP2_PREFACE[received..];
            let common = rest.len().min(bytes.len());
            state.preface = (rest[..common] == bytes[..common]).then_some(received + common);
            if state.preface == Some(HTTP2_PREFACE.len()) {
                state.expect(Expected::Request);
            }
        }
    }

    /// Reports whether the client has accepted bytes of a write.
    pub(super) fn wrote(&self, accepted: bool) {
        let mut state = self.state();
        if accepted {
            state.blocked_since = None;
        } else {
            state.blocked_since.get_or_insert_with(Instant::now);
        }
    }

    /// Whether the head of the request had both `content-length` and `transfer-encoding`, of which hyper removes the first.
    pub(super) fn has_two_lengths(&self) -> bool {
        self.state().head.has_two_lengths()
    }

    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.state().in_flight += 1;
        InFlight(Arc::clone(self))
    }

    /// Waits until a timeout has passed. The connection's task awaits this after it has polled the connection.
    pub(super) async fn timed_out(&self) -> TimedOut {
        let mut sleep = pin!(sleep_until(Instant::now()));
        poll_fn(|context| {
            loop {
                let Some((deadline, reason)) = self.deadline(context) else { return Poll::Pending };
                if deadline <= Instant::now() {
                    return Poll::Ready(reason);
                }
                if sleep.deadline() != deadline {
                    sleep.as_mut().reset(deadline);
                }
                if sleep.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// The next timeout. Wakes `context` when a request that ends may change it.
    fn deadline(&self, context: &Context<'_>) -> Option<(Instant, TimedOut)> {
        let mut state = self.state();
        state.watcher = Some(context.waker().clone());
        let blocked = state.blocked_since.map(|since| (since + self.timeouts.write, TimedOut::Write));
        let waiting = (state.in_flight == 0).then(|| match state.expected {
            Expected::Head => (state.since + self.timeouts.header, TimedOut::Header),
            Expected::Request => (state.since + self.timeouts.idle, TimedOut::Idle),
        });
        [blocked, waiting].into_iter().flatten().min_by_key(|(deadline, _)| *deadline)
    }
}

impl State {
    fn expect(&mut self, expected: Expected) {
        self.expected = expected;
        self.since = Instant::now();
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight -= 1;
        if state.in_flight == 0 {
            state.expect(Expected::Request);
            if let Some(watcher) = state.watcher.take() {
                drop(state);
                watcher.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn activity() -> Arc<Activity> {
        let timeouts = Timeouts { header: SECOND, body: SECOND, idle: 10 * SECOND, write: 3 * SECOND };
        Arc::new(Activity::new(timeouts))
    }

    /// The timeout that ends the connection, and after how many seconds from now.
    async fn end(activity: &Activity) -> (TimedOut, u64) {
        let start = Instant::now();
        let reason = activity.timed_out().await;
        (reason, start.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_headers_ends_after_the_header_timeout_however_slowly_they_come() {
        for bytes in [&b""[..], b"GET / HT", b"PRI * HTTP/2.0\r\n\r\nSM\r\n"] {
            let activity = activity();
            activity.received(bytes);
            tokio::time::advance(SECOND / 2).await;
            activity.received(b"x");
            assert_eq!(end(&activity).await, (TimedOut::Header, 0), "{bytes:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_between_requests_ends_after_the_idle_timeout() {
        let activity = activity();
        activity.received(b"GET / HTTP/1.1\r\n\r\n");
        drop(activity.begin());
        assert_eq!(end(&activity).await, (TimedOut::Idle, 10));
        activity.received(b"G");
        assert_eq!(end(&activity).await, (TimedOut::Header, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_http2_connection_without_streams_ends_after_the_idle_timeout_despite_other_frames() {
        let activity = activity();
        for byte in HTTP2_PREFACE {
            activity.received(&[*byte]);
        }
        tokio::time::advance(5 * SECOND).await;
        activity.received(b"a ping");
        assert_eq!(end(&activity).await, (TimedOut::Idle, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_in_flight_ends_only_by_the_write_timeout() {
        let activity = activity();
        let first = activity.begin();
        let second = activity.begin();
        drop(first);
        let hour = tokio::time::timeout(3600 * SECOND, activity.timed_out());
        hour.await.expect_err("no timeout");
        activity.wrote(false);
        tokio::time::advance(SECOND).await;
        activity.wrote(false);
        assert_eq!(end(&activity).await, (TimedOut::Write, 2));
        activity.wrote(true);
        drop(second);
        assert_eq!(end(&activity).await, (TimedOut::Idle, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_a_request_in_another_task_starts_the_idle_timeout() {
        let activity = activity();
        let request = activity.begin();
        let watched = Arc::clone(&activity);
        let watch = tokio::spawn(async move { watched.timed_out().await });
        tokio::time::sleep(100 * SECOND).await;
        let start = Instant::now();
        drop(request);
        assert_eq!(watch.await.expect("no panic"), TimedOut::Idle);
        assert_eq!(start.elapsed(), 10 * SECOND);
    }
}
