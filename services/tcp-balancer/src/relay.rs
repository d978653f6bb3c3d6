//! Bytes between a client and a back end, both ways, in one task.
//!
//! Each direction goes on by itself until its source has ended, which is passed on; the connection is over when both
//! have. An idle connection holds no buffer and no pipe: bytes are moved through what the worker thread shares among
//! its connections, and only what a slow sink leaves behind is kept ([`direction`]).

mod copy;
mod direction;
mod pipe;
mod splice;

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::traffic::Meter;
use direction::Direction;

/// One end of a connection through the balancer.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// The TCP connection that the kernel can splice; what a test fakes has none.
    fn tcp(&self) -> Option<&TcpStream>;
}

impl Socket for TcpStream {
    fn tcp(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

/// How a connection ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Both sides have said all that they had to say, and it has been delivered.
    Finished,
    /// Nothing moved for the time that is allowed; all that was read had been delivered, or not.
    Idle { delivered: bool },
}

/// Why a direction stops for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// There is nothing to read, or no room to write; the task is woken when there is.
    Waiting,
    /// It has moved as much as it may before others have their turn.
    Turn,
    /// The source has ended, and all has been delivered.
    End,
}

/// Why a direction cannot go on.
#[derive(Debug)]
enum Failure {
    /// Its source has broken off.
    Source(io::Error),
    /// Its sink takes no more.
    Sink(io::Error),
}

/// Moves bytes until both directions have ended, one fails, or neither has moved a byte for `idle`.
///
/// What a socket takes is counted at once: `tx` at the back end, `rx` at the client. A side that takes no more may have
/// said why: what it has said is still delivered.
///
/// # Errors
///
/// The first of either side.
pub(crate) async fn relay<C: Socket, B: Socket>(
    client: &mut C,
    backend: &mut B,
    [tx, rx]: [Meter<'_>; 2],
    idle: Option<Duration>,
) -> io::Result<End> {
    let (mut up, mut down) = (Direction::new(), Direction::new());
    let mut clock = pin!(idle.map(sleep));
    let mut last = idle.map(|_| Instant::now());
    poll_fn(|context| {
        let mut moved = false;
        let up_stop = up.turn(context, client, backend, tx, down.has_ended(), &mut moved)?;
        let down_stop = down.turn(context, backend, client, rx, up.has_ended(), &mut moved)?;
        match (up_stop, down_stop) {
            (Stop::End, Stop::End) => {
                return Poll::Ready(up.broken().or(down.broken()).map_or(Ok(End::Finished), Err));
            }
            (Stop::Turn, _) | (_, Stop::Turn) => context.waker().wake_by_ref(),
            _ => {}
        }
        let (Some(idle), Some(last), Some(mut clock)) = (idle, last.as_mut(), clock.as_mut().as_pin_mut())
        else {
            return Poll::Pending;
        };
        if moved {
            *last = Instant::now();
        }
        // The clock is wound anew only when it runs down: most bytes cost no more than a look at the time.
        while clock.as_mut().poll(context).is_ready() {
            let due = *last + idle;
            if due <= Instant::now() {
                return Poll::Ready(Ok(End::Idle { delivered: up.is_empty() && down.is_empty() }));
            }
            clock.as_mut().reset(due);
        }
        Poll::Pending
    })
    .await
}

/// The value of a poll, or none if it is pending.
fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Passes an end on.
fn shut_down<W: AsyncWrite + Unpin>(context: &mut Context<'_>, sink: &mut W) -> Result<bool, Failure> {
    match std::pin::Pin::new(sink).poll_shutdown(context) {
        Poll::Pending => Ok(false),
        Poll::Ready(Ok(())) => Ok(true),
        // It has gone altogether in the meantime: there is nobody to tell.
        Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::NotConnected => Ok(true),
        Poll::Ready(Err(error)) => Err(Failure::Sink(error)),
    }
}

#[cfg(test)]
mod tests;
