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
    /// No byte moved for the idle timeout.
    Idle {
        /// Whether all bytes that were read had been delivered.
        delivered: bool,
    },
}

/// Forwards bytes until both directions have ended, a source fails, or no byte has moved in either direction for
/// `idle_timeout`. Bytes that the backend accepts are counted by `tx`, those that the client accepts by `rx`.
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
    idle_timeout: Option<Duration>,
) -> io::Result<End> {
    let (mut up, mut down) = (Direction::new(), Direction::new());
    let mut timer = pin!(idle_timeout.map(sleep));
    let mut last_progress = idle_timeout.map(|_| Instant::now());
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
        let (Some(idle_timeout), Some(last_progress), Some(mut timer)) =
            (idle_timeout, last_progress.as_mut(), timer.as_mut().as_pin_mut())
        else {
            return Poll::Pending;
        };
        if progress {
            *last_progress = Instant::now();
        }
        // Reset the timer only when it fires: resetting it at each progress would cost more than reading the clock.
        while timer.as_mut().poll(context).is_ready() {
            let deadline = *last_progress + idle_timeout;
            if deadline <= Instant::now() {
                return Poll::Ready(Ok(End::Idle { delivered: up.is_empty() && down.is_empty() }));
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests;
