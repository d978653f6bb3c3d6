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
    /// Why the sink failed.
    sink_error: Option<io::Error>,
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
    /// The source has ended and all bytes were delivered. The sink's shutdown is not complete.
    ShuttingDown,
    Ended,
}

impl Direction {
    pub(super) fn new() -> Self {
        Self { backlog: Backlog::None, phase: Phase::Open, moved: 0, last_read: 0, sink_error: None }
    }

    /// Takes the error that ended the direction, if its sink failed.
    pub(super) fn take_sink_error(&mut self) -> Option<io::Error> {
        self.sink_error.take()
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
    /// # Errors
    ///
    /// If the source fails. If the sink fails, the direction ends, and [`Direction::take_sink_error`] has the error.
    pub(super) fn poll<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
        is_last: bool,
        progress: &mut bool,
    ) -> io::Result<Stop> {
        let moved_before = self.moved;
        let result = self.poll_phases(context, source, sink, meter, is_last);
        *progress |= self.moved != moved_before;
        match result {
            Ok(stop) => Ok(stop),
            Err(Failure::Source(error)) => Err(error),
            Err(Failure::Sink(error)) => {
                (self.backlog, self.phase, self.sink_error) = (Backlog::None, Phase::Ended, Some(error));
                Ok(Stop::End)
            }
        }
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
        if self.phase == Phase::ShuttingDown {
            if !is_last && !poll_shutdown(context, sink)? {
                return Ok(Stop::Pending);
            }
            self.phase = Phase::Ended;
        }
        Ok(Stop::End)
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
