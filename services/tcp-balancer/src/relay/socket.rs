//! The ends of a connection, and the ways in which moving bytes between them stops.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// One end of a connection.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// The TCP connection to splice. Fakes in tests have none; their bytes are copied.
    fn tcp(&self) -> Option<&TcpStream>;
}

impl Socket for TcpStream {
    fn tcp(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

/// Why a direction stopped moving bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The source has no bytes or the sink has no room. The task is woken when that changes.
    Pending,
    /// It has moved its share of bytes, and lets other tasks run.
    Yield,
    /// The source has ended, and all of its bytes were delivered.
    End,
}

/// Why a direction failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Reading from the source failed.
    Source(io::Error),
    /// Writing to the sink failed.
    Sink(io::Error),
}

/// The value of a poll, or `None` if it is pending.
pub(super) fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Shuts down the sink's write side. Returns whether that is complete.
pub(super) fn poll_shutdown<W: AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    sink: &mut W,
) -> Result<bool, Failure> {
    match Pin::new(sink).poll_shutdown(context) {
        Poll::Pending => Ok(false),
        Poll::Ready(Ok(())) => Ok(true),
        // The peer has already closed the connection.
        Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::NotConnected => Ok(true),
        Poll::Ready(Err(error)) => Err(Failure::Sink(error)),
    }
}
