//! Moving bytes from socket to socket inside the kernel.

use std::collections::VecDeque;
use std::io;
use std::task::Context;

use rustix::pipe::{SpliceFlags, splice};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::pipe::{self, Pipe};
use super::{Failure, Stop, ready};

/// So many pipes are filled before the first is emptied, if there is so much: the fewer the changes between reading
/// and writing, the fewer the wake-ups and acknowledgements for the same bytes.
const ROW: usize = 8;
/// So many bytes a turn.
const TURN: usize = 8 << 20;

/// Pipes with bytes, in the order in which they were filled.
pub(super) type Pipes = VecDeque<Pipe>;

/// Fills pipes and empties them until one side has to wait, or the turn is over. What the sink did not take stays in
/// `pipes`. `chunk` becomes what last came at once.
pub(super) fn turn(
    context: &mut Context<'_>,
    source: &TcpStream,
    sink: &TcpStream,
    pipes: &mut Pipes,
    count: &mut impl FnMut(usize),
    chunk: &mut usize,
) -> Result<Stop, Failure> {
    let mut moved = 0;
    while empty(context, sink, pipes, count)? {
        let first = if moved < TURN { pipe::take() } else { None };
        let Some(first) = first else { return Ok(Stop::Turn) };
        match fill(context, source, first, pipes) {
            Ok(None) => return Ok(Stop::Waiting),
            Ok(Some(0)) => return Ok(Stop::End),
            Ok(Some(filled)) => {
                moved += filled;
                *chunk = filled;
            }
            Err(error) => {
                // What came before the error is delivered, as far as there is room.
                empty(context, sink, pipes, count)?;
                return Err(Failure::Source(error));
            }
        }
    }
    Ok(Stop::Waiting)
}

/// Gives the sink what is in the pipes, and back what is empty. Whether all are.
fn empty(
    context: &mut Context<'_>,
    sink: &TcpStream,
    pipes: &mut Pipes,
    count: &mut impl FnMut(usize),
) -> Result<bool, Failure> {
    while let Some(pipe) = pipes.front_mut() {
        while pipe.held > 0 {
            let Some(taken) = write(context, sink, pipe).map_err(Failure::Sink)? else { return Ok(false) };
            pipe.held -= taken;
            count(taken);
        }
        if let Some(pipe) = pipes.pop_front() {
            pipe::give_back(pipe);
        }
    }
    Ok(true)
}

/// Takes from the source what is there, up to a row of pipes. How many bytes these were, 0 at its end; none if it has
/// none just now.
fn fill(
    context: &mut Context<'_>,
    source: &TcpStream,
    first: Pipe,
    pipes: &mut Pipes,
) -> io::Result<Option<usize>> {
    let mut total = 0;
    let mut next = Some(first);
    while let Some(mut pipe) = next {
        let given = read(context, source, &pipe);
        let Ok(Some(bytes @ 1..)) = given else {
            pipe::give_back(pipe);
            // An end is still there the next time.
            return if total > 0 && given.is_ok() { Ok(Some(total)) } else { given };
        };
        total += bytes;
        pipe.held = bytes;
        let is_full = pipe.held == pipe.size;
        pipes.push_back(pipe);
        next = if is_full && pipes.len() < ROW { pipe::take_another() } else { None };
    }
    Ok(Some(total))
}

const FLAGS: SpliceFlags = SpliceFlags::NONBLOCK.union(SpliceFlags::MOVE);

/// How many bytes the sink took; none if it has no room.
fn write(context: &mut Context<'_>, sink: &TcpStream, pipe: &Pipe) -> io::Result<Option<usize>> {
    loop {
        let Some(result) = ready(sink.poll_write_ready(context)) else { return Ok(None) };
        result?;
        let taken =
            sink.try_io(Interest::WRITABLE, || Ok(splice(&pipe.read, None, sink, None, pipe.held, FLAGS)?));
        match taken {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            other => return other.map(Some),
        }
    }
}

/// How many bytes the source gave, 0 at its end; none if it has none just now.
fn read(context: &mut Context<'_>, source: &TcpStream, pipe: &Pipe) -> io::Result<Option<usize>> {
    loop {
        let Some(result) = ready(source.poll_read_ready(context)) else { return Ok(None) };
        result?;
        let given = source
            .try_io(Interest::READABLE, || Ok(splice(source, None, &pipe.write, None, pipe.size, FLAGS)?));
        match given {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            other => return other.map(Some),
        }
    }
}
