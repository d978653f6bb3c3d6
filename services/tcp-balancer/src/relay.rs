//! Forwards bytes between a client and a backend, both directions in one task.
//!
//! Each direction runs until its source ends, and passes the end on. The connection is over when both directions have
//! ended. Bytes are moved through a buffer or pipes that a worker thread's connections share, so that an idle connection
//! holds neither: only bytes that a slow sink has not accepted are kept per connection.

mod copy;
mod direction;
mod pipe;
mod socket;
mod splice;

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::traffic::Meter;
use direction::Direction;
use socket::{Socket, Stop};

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

/// Forwards bytes until both directions have ended, a source fails, or no byte has moved in either direction for as long as
/// `timeouts` allow. Bytes that the backend accepts are counted by `tx`, those that the client accepts by `rx`.
///
/// If a sink fails, the other direction still runs to its end: a peer that stops reading may have sent the reason.
///
/// # Errors
///
/// The first source's error, or, after the other direction has ended, the sink's.
pub(crate) async fn relay<C: Socket, B: Socket>(
    client: &mut C,
    backend: &mut B,
    [tx, rx]: [Meter<'_>; 2],
    timeouts: Timeouts,
) -> io::Result<End> {
    let (mut up, mut down) = (Direction::new(), Direction::new());
    let mut timer = pin!(timeouts.idle.map(sleep));
    let mut last_progress = Instant::now();
    let mut was_half_closed = false;
    poll_fn(|context| {
        let mut progress = false;
        let up_stop = up.poll(context, client, backend, tx, down.has_ended(), &mut progress)?;
        let down_stop = down.poll(context, backend, client, rx, up.has_ended(), &mut progress)?;
        match (up_stop, down_stop) {
            (Stop::End, Stop::End) => {
                let sink_error = up.take_sink_error().or(down.take_sink_error());
                return Poll::Ready(sink_error.map_or(Ok(End::Finished), Err));
            }
            (Stop::Yield, _) | (_, Stop::Yield) => context.waker().wake_by_ref(),
            _ => {}
        }
        let is_half_closed = up.has_ended() || down.has_ended();
        let Some(timeout) = timeouts.current(is_half_closed) else { return Poll::Pending };
        if progress || is_half_closed != was_half_closed {
            last_progress = Instant::now();
        }
        if is_half_closed && !mem::replace(&mut was_half_closed, is_half_closed) {
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

impl Timeouts {
    /// The timeout that applies now.
    fn current(self, is_half_closed: bool) -> Option<Duration> {
        let half_close = self.half_close.filter(|_| is_half_closed);
        self.idle.into_iter().chain(half_close).min()
    }
}

#[cfg(test)]
mod tests;
