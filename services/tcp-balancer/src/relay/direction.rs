//! One direction of a connection: chooses between copying and splicing, and passes the end on.

use std::io;
use std::mem;
use std::task::Context;

use super::copy::{self, Unwritten};
use super::pipe;
use super::socket::{Failure, Socket, Stop, poll_shutdown};
use super::splice::{self, Pipes};
use crate::traffic::Meter;

/// Splice only after a direction has moved this many bytes: a short connection does not need a pipe ...
const SPLICE_AFTER_BYTES: u64 = 128 << 10;
/// ... and only while reads return at least this many bytes: below, copying's two system calls are cheaper than splicing's
/// three.
const SPLICE_MIN_READ_BYTES: usize = 16 << 10;

/// Moves bytes from a source to a sink.
#[derive(Debug)]
pub(super) struct Direction {
    backlog: Backlog,
    phase: Phase,
    /// Number of bytes that the sink has accepted.
    moved: u64,
    /// Size of the last read in bytes.
    last_read: usize,
    has_failed_source: bool,
    /// Why the source or the sink failed.
    error: Option<io::Error>,
}

/// Bytes that were read and that the sink has not accepted yet.
#[derive(Debug)]
enum Backlog {
    None,
    Copied(Unwritten),
    Piped(Pipes),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The source has failed. Bytes that were read before are still to be delivered.
    Failing,
    /// The source has ended and all bytes were delivered. The sink's shutdown is not complete.
    ShuttingDown,
    Ended,
}

impl Direction {
    pub(super) fn new() -> Self {
        Self {
            backlog: Backlog::None,
            phase: Phase::Open,
            moved: 0,
            last_read: 0,
            has_failed_source: false,
            error: None,
        }
    }

    /// Takes the error of the source or the sink.
    pub(super) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Whether the source has failed.
    pub(super) fn has_failed_source(&self) -> bool {
        self.has_failed_source
    }

    /// Ends the direction: its sink is the socket that failed as the other direction's source.
    pub(super) fn abandon(&mut self) {
        (self.backlog, self.phase) = (Backlog::None, Phase::Ended);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether the sink has accepted all bytes that were read.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.backlog, Backlog::None)
    }

    /// Moves bytes as far as the sockets are ready. Sets `progress` if any byte moved. With `is_last`, the other direction
    /// has ended, and the sink is not shut down: both sockets are about to be closed.
    ///
    /// If the source fails, the direction ends when the sink has accepted all bytes that were read before. If the sink
    /// fails, it ends at once. [`Direction::take_error`] then has the error.
    pub(super) fn poll<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
        is_last: bool,
        progress: &mut bool,
    ) -> Stop {
        let moved_before = self.moved;
        let mut result = self.poll_phases(context, source, sink, meter, is_last);
        if let Err(Failure::Source(error)) = result {
            (self.phase, self.has_failed_source, self.error) = (Phase::Failing, true, Some(error));
            result = self.poll_phases(context, source, sink, meter, is_last);
        }
        *progress |= self.moved != moved_before;
        result.unwrap_or_else(|failure| {
            let (Failure::Source(error) | Failure::Sink(error)) = failure;
            self.error.get_or_insert(error);
            self.abandon();
            Stop::End
        })
    }

    fn poll_phases<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
        is_last: bool,
    ) -> Result<Stop, Failure> {
        if self.phase == Phase::Open {
            match self.transfer(context, source, sink, meter)? {
                Stop::End => self.phase = Phase::ShuttingDown,
                other => return Ok(other),
            }
        }
        if self.phase == Phase::Failing {
            if !self.poll_flush(context, sink, meter)? {
                return Ok(Stop::Pending);
            }
            self.phase = Phase::Ended;
        }
        if self.phase == Phase::ShuttingDown {
            if !is_last && !poll_shutdown(context, sink)? {
                return Ok(Stop::Pending);
            }
            self.phase = Phase::Ended;
        }
        Ok(Stop::End)
    }

    /// Delivers the backlog. Returns whether that is complete.
    fn poll_flush<W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut W,
        meter: Meter<'_>,
    ) -> Result<bool, Failure> {
        let Self { backlog, moved, .. } = self;
        let mut count = |bytes: usize| {
            meter.count(bytes);
            *moved += bytes as u64;
        };
        let is_empty = match (&mut *backlog, sink.tcp()) {
            (Backlog::Copied(unwritten), _) => unwritten.poll_flush(context, sink, &mut count)?,
            (Backlog::Piped(pipes), Some(to)) => splice::poll_empty(context, to, pipes, &mut count)?,
            (Backlog::Piped(_), None) | (Backlog::None, _) => true,
        };
        if is_empty {
            *backlog = Backlog::None;
        }
        Ok(is_empty)
    }

    fn transfer<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
    ) -> Result<Stop, Failure> {
        let is_bulk = self.moved >= SPLICE_AFTER_BYTES && self.last_read >= SPLICE_MIN_READ_BYTES;
        let Self { backlog, moved, last_read, .. } = self;
        let mut count = |bytes: usize| {
            meter.count(bytes);
            *moved += bytes as u64;
        };
        let pipes = match mem::replace(backlog, Backlog::None) {
            Backlog::Copied(mut unwritten) => {
                if !unwritten.poll_flush(context, sink, &mut count)? {
                    *backlog = Backlog::Copied(unwritten);
                    return Ok(Stop::Pending);
                }
                None
            }
            Backlog::Piped(pipes) => Some(pipes),
            Backlog::None => None,
        };
        let pipes = pipes.or_else(|| if is_bulk { pipe::acquire().map(|pipe| [pipe].into()) } else { None });
        let (Some(mut pipes), Some(from), Some(to)) = (pipes, source.tcp(), sink.tcp()) else {
            let mut unwritten = None;
            let result = copy::transfer(context, source, sink, &mut count, last_read, &mut unwritten);
            *backlog = unwritten.map_or(Backlog::None, Backlog::Copied);
            return result;
        };
        let result = splice::transfer(context, from, to, &mut pipes, &mut count, last_read);
        if !pipes.is_empty() {
            *backlog = Backlog::Piped(pipes);
        }
        result
    }
}
