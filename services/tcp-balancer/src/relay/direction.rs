//! One direction of a connection: copying, splicing, and what is left between them.

use std::io;
use std::mem;
use std::task::Context;

use super::copy::{self, Copied};
use super::pipe;
use super::splice::{self, Pipes};
use super::{Failure, Socket, Stop, shut_down};
use crate::traffic::Meter;

/// A pipe pays only for a connection that has moved so many bytes ...
const SPLICE_AFTER: u64 = 128 << 10;
/// ... and moves so many at once: below, two system calls that copy are cheaper than three that do not.
const SPLICE_FROM: usize = 16 << 10;

/// From a source to a sink.
#[derive(Debug)]
pub(super) struct Direction {
    held: Held,
    phase: Phase,
    moved: u64,
    /// What was last moved at once.
    chunk: usize,
    /// Why the sink takes no more.
    broken: Option<io::Error>,
}

/// What has been read and not yet been written.
#[derive(Debug)]
enum Held {
    Nothing,
    Bytes(Copied),
    Piped(Pipes),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The source has ended, all of it has been delivered, and the sink has to be told.
    Ending,
    Ended,
}

impl Direction {
    pub(super) fn new() -> Self {
        Self { held: Held::Nothing, phase: Phase::Open, moved: 0, chunk: 0, broken: None }
    }

    /// Why the sink took no more, if that was the end; once.
    pub(super) fn broken(&mut self) -> Option<io::Error> {
        self.broken.take()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether all that was read has been written.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.held, Held::Nothing)
    }

    /// Moves what can be moved now. `last` says that the other direction has ended: the sink need not be told of the
    /// end then, since both sockets are closed next. `moved` is set if a byte has moved.
    ///
    /// # Errors
    ///
    /// If the source has broken off. A sink that takes no more is an end.
    pub(super) fn turn<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
        last: bool,
        moved: &mut bool,
    ) -> io::Result<Stop> {
        let before = self.moved;
        let stop = self.go_on(context, source, sink, meter, last);
        *moved |= self.moved != before;
        match stop {
            Ok(stop) => Ok(stop),
            Err(Failure::Source(error)) => Err(error),
            Err(Failure::Sink(error)) => {
                (self.held, self.phase, self.broken) = (Held::Nothing, Phase::Ended, Some(error));
                Ok(Stop::End)
            }
        }
    }

    fn go_on<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
        last: bool,
    ) -> Result<Stop, Failure> {
        if self.phase == Phase::Open {
            match self.advance(context, source, sink, meter)? {
                Stop::End => self.phase = Phase::Ending,
                other => return Ok(other),
            }
        }
        if self.phase == Phase::Ending {
            if !last && !shut_down(context, sink)? {
                return Ok(Stop::Waiting);
            }
            self.phase = Phase::Ended;
        }
        Ok(Stop::End)
    }

    fn advance<R: Socket, W: Socket>(
        &mut self,
        context: &mut Context<'_>,
        source: &mut R,
        sink: &mut W,
        meter: Meter<'_>,
    ) -> Result<Stop, Failure> {
        let is_bulk = self.moved >= SPLICE_AFTER && self.chunk >= SPLICE_FROM;
        let Self { held, moved, chunk, .. } = self;
        let mut count = |bytes: usize| {
            meter.count(bytes);
            *moved += bytes as u64;
        };
        let pipes = match mem::replace(held, Held::Nothing) {
            Held::Bytes(mut bytes) => {
                if !bytes.flush(context, sink, &mut count)? {
                    *held = Held::Bytes(bytes);
                    return Ok(Stop::Waiting);
                }
                None
            }
            Held::Piped(pipes) => Some(pipes),
            Held::Nothing => None,
        };
        let pipes = pipes.or_else(|| if is_bulk { pipe::take().map(|pipe| [pipe].into()) } else { None });
        let (Some(mut pipes), Some(from), Some(to)) = (pipes, source.tcp(), sink.tcp()) else {
            let mut left = None;
            let stop = copy::turn(context, source, sink, &mut count, chunk, &mut left);
            *held = left.map_or(Held::Nothing, Held::Bytes);
            return stop;
        };
        let stop = splice::turn(context, from, to, &mut pipes, &mut count, chunk);
        if !pipes.is_empty() {
            *held = Held::Piped(pipes);
        }
        stop
    }
}
