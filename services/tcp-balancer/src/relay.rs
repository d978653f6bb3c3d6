//! Forwards bytes between a client and a backend, both directions in one task.
//!
//! Each direction runs until its source ends, and passes the end on. The connection is over when both directions have
//! ended. Bytes are moved through a buffer or pipes that a worker thread's connections share, so that an idle connection
//! holds neither: only bytes that a slow sink has not accepted are kept per connection.

mod copy;
mod direction;
mod pipe;
mod sent;
mod socket;
mod splice;

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::traffic::Meter;
use direction::Direction;
use socket::{Socket, Stop};

/// How long the bytes that were read before a failure may take to be delivered, if there is no idle timeout.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);

/// How a connection ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides ended, and all bytes were delivered.
    Finished,
    /// No byte moved for the idle timeout, or the timeout after a half-close.
    Idle {
        /// Whether all bytes that were read had been delivered.
        delivered: bool,
    },
}

/// How long a connection may go without a byte in either direction. `None` means forever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// At any time.
    pub idle: Option<Duration>,
    /// Once one side has ended, until the other one does.
    pub half_close: Option<Duration>,
}

/// Forwards bytes until both directions have ended, or no byte has moved in either direction for as long as `timeouts`
/// allow. Bytes that the backend accepts are counted by `tx`, those that the client accepts by `rx`.
///
/// If a source fails, the bytes that were read before are delivered first. If a sink fails, the other direction still runs
/// to its end: a peer that stops reading may have sent the reason.
///
/// # Errors
///
/// The first error of a socket, after the kernel has sent what the other socket has accepted, or after the idle timeout
/// ([`DELIVERY_TIMEOUT`] without one).
pub(crate) async fn relay<C: Socket, B: Socket>(
    client: &mut C,
    backend: &mut B,
    meters: [Meter<'_>; 2],
    timeouts: Timeouts,
) -> io::Result<End> {
    let result = forward(client, backend, meters, timeouts).await;
    if result.is_err() {
        let all_sent = async {
            for socket in [client.tcp(), backend.tcp()].into_iter().flatten() {
                // The one that failed has nothing to send.
                let _ = sent::sent(socket).await;
            }
        };
        let _ = timeout(timeouts.idle.unwrap_or(DELIVERY_TIMEOUT), all_sent).await;
    }
    result
}

async fn forward<C: Socket, B: Socket>(
    client: &mut C,
    backend: &mut B,
    [tx, rx]: [Meter<'_>; 2],
    timeouts: Timeouts,
) -> io::Result<End> {
    let (mut up, mut down) = (Direction::new(), Direction::new());
    let mut timer = pin!(timeouts.idle.map(sleep));
    let mut last_progress = Instant::now();
    let mut last_stage = Stage::Open;
    poll_fn(|context| {
        let mut progress = false;
        let up_stop = up.poll(context, client, backend, tx, down.has_ended(), &mut progress);
        let down_stop = down.poll(context, backend, client, rx, up.has_ended(), &mut progress);
        let stage = match (up.has_failed_source(), down.has_failed_source()) {
            (false, false) if up.has_ended() || down.has_ended() => Stage::HalfClosed,
            (false, false) => Stage::Open,
            // The other direction's sink is the socket that failed.
            (true, _) => {
                down.abandon();
                Stage::Failed
            }
            (false, true) => {
                up.abandon();
                Stage::Failed
            }
        };
        if up.has_ended() && down.has_ended() {
            let error = up.take_error().or(down.take_error());
            return Poll::Ready(error.map_or(Ok(End::Finished), Err));
        }
        if up_stop == Stop::Yield || down_stop == Stop::Yield {
            context.waker().wake_by_ref();
        }
        let Some(timeout) = timeouts.in_stage(stage) else { return Poll::Pending };
        let is_new_stage = mem::replace(&mut last_stage, stage) != stage;
        if progress || is_new_stage {
            last_progress = Instant::now();
        }
        if is_new_stage {
            timer.set(Some(sleep(timeout)));
        }
        let Some(mut timer) = timer.as_mut().as_pin_mut() else { return Poll::Pending };
        // Reset the timer only when it fires: resetting it at each progress would cost more than reading the clock.
        while timer.as_mut().poll(context).is_ready() {
            let deadline = last_progress + timeout;
            if deadline <= Instant::now() {
                return Poll::Ready(Ok(End::Idle { delivered: up.is_empty() && down.is_empty() }));
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    })
    .await
}

/// The stages of a connection, each of which has its timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// One side has ended.
    HalfClosed,
    /// One side has failed, and the bytes that it had sent are being delivered.
    Failed,
}

impl Timeouts {
    /// The timeout that applies in a stage.
    fn in_stage(self, stage: Stage) -> Option<Duration> {
        match stage {
            Stage::Open => self.idle,
            Stage::HalfClosed => self.idle.into_iter().chain(self.half_close).min(),
            Stage::Failed => Some(self.idle.unwrap_or(DELIVERY_TIMEOUT)),
        }
    }
}

#[cfg(test)]
mod tests;
