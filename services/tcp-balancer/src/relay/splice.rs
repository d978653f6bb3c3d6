//! Moving bytes from socket to socket inside the kernel.

use std::io;
use std::task::Context;

use rustix::pipe::{SpliceFlags, splice};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::pipe::Pipe;
use super::{Stop, ready};

/// So many pipes a turn.
const TURN: usize = 4;

/// Fills the pipe and empties it until one has to wait, or the turn is over. `chunk` becomes what last went in at once.
pub(super) fn turn(
    context: &mut Context<'_>,
    source: &TcpStream,
    sink: &TcpStream,
    pipe: &mut Pipe,
    count: &mut impl FnMut(usize),
    chunk: &mut usize,
) -> io::Result<Stop> {
    for _ in 0..TURN {
        while pipe.held > 0 {
            let Some(taken) = empty(context, sink, pipe)? else { return Ok(Stop::Waiting) };
            pipe.held -= taken;
            count(taken);
        }
        let Some(filled) = fill(context, source, pipe)? else { return Ok(Stop::Waiting) };
        if filled == 0 {
            return Ok(Stop::End);
        }
        pipe.held = filled;
        *chunk = filled;
    }
    while pipe.held > 0 {
        let Some(taken) = empty(context, sink, pipe)? else { return Ok(Stop::Waiting) };
        pipe.held -= taken;
        count(taken);
    }
    Ok(Stop::Turn)
}

const FLAGS: SpliceFlags = SpliceFlags::NONBLOCK.union(SpliceFlags::MOVE);

/// How many bytes the sink took; none if it has no room.
fn empty(context: &mut Context<'_>, sink: &TcpStream, pipe: &Pipe) -> io::Result<Option<usize>> {
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
fn fill(context: &mut Context<'_>, source: &TcpStream, pipe: &Pipe) -> io::Result<Option<usize>> {
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
