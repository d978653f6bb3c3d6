//! Moving bytes between sockets inside the kernel, by splicing them through pipes.

use std::collections::VecDeque;
use std::io;
use std::task::Context;

use rustix::pipe::{SpliceFlags, splice};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::pipe::{self, Pipe};
use super::socket::{Failure, Stop, ready};

/// Maximum number of pipes to fill before emptying the first. Longer runs of reads and writes cause fewer wake-ups and
/// TCP acknowledgements.
const MAX_FILLED_PIPES: usize = 8;
/// Number of bytes before other tasks get to run.
const BYTES_PER_POLL: usize = 8 << 20;

const FLAGS: SpliceFlags = SpliceFlags::NONBLOCK.union(SpliceFlags::MOVE);

/// Filled pipes, oldest first.
pub(super) type Pipes = VecDeque<Pipe>;

/// Splices until a side is not ready or it is time to yield. Sets `last_read` to the number of bytes that the last fill
/// read. What the sink did not accept stays in `pipes`.
pub(super) fn transfer(
    context: &mut Context<'_>,
    source: &TcpStream,
    sink: &TcpStream,
    pipes: &mut Pipes,
    count: &mut impl FnMut(usize),
    last_read: &mut usize,
) -> Result<Stop, Failure> {
    let mut moved = 0;
    while poll_empty(context, sink, pipes, count)? {
        let first = if moved < BYTES_PER_POLL { pipe::acquire() } else { None };
        let Some(first) = first else { return Ok(Stop::Yield) };
        match fill(context, source, first, pipes) {
            Ok(None) => return Ok(Stop::Pending),
            Ok(Some(0)) => return Ok(Stop::End),
            Ok(Some(bytes)) => {
                moved += bytes;
                *last_read = bytes;
            }
            Err(error) => return Err(Failure::Source(error)),
        }
    }
    Ok(Stop::Pending)
}

/// Writes the pipes' bytes to the sink and releases empty pipes. Returns whether all pipes are empty.
pub(super) fn poll_empty(
    context: &mut Context<'_>,
    sink: &TcpStream,
    pipes: &mut Pipes,
    count: &mut impl FnMut(usize),
) -> Result<bool, Failure> {
    while let Some(pipe) = pipes.front_mut() {
        while pipe.len > 0 {
            let Some(accepted) = write(context, sink, pipe).map_err(Failure::Sink)? else { return Ok(false) };
            pipe.len -= accepted;
            count(accepted);
        }
        if let Some(pipe) = pipes.pop_front() {
            pipe::release(pipe);
        }
    }
    Ok(true)
}

/// Reads from the source into `first` and, while they get full, into further pipes. Returns the number of bytes: 0 at the
/// source's end, `None` if it has no bytes yet.
fn fill(
    context: &mut Context<'_>,
    source: &TcpStream,
    first: Pipe,
    pipes: &mut Pipes,
) -> io::Result<Option<usize>> {
    let mut total = 0;
    let mut next = Some(first);
    while let Some(mut pipe) = next {
        let result = read(context, source, &pipe);
        let Ok(Some(bytes @ 1..)) = result else {
            pipe::release(pipe);
            // If earlier pipes were filled, the next fill sees the end again.
            return if total > 0 && result.is_ok() { Ok(Some(total)) } else { result };
        };
        total += bytes;
        pipe.len = bytes;
        let is_full = pipe.len == pipe.capacity;
        pipes.push_back(pipe);
        next = if is_full && pipes.len() < MAX_FILLED_PIPES { pipe::acquire_extra() } else { None };
    }
    Ok(Some(total))
}

/// Returns the number of bytes that the sink accepted, or `None` if it has no room.
fn write(context: &mut Context<'_>, sink: &TcpStream, pipe: &Pipe) -> io::Result<Option<usize>> {
    loop {
        let Some(result) = ready(sink.poll_write_ready(context)) else { return Ok(None) };
        result?;
        let accepted =
            sink.try_io(Interest::WRITABLE, || Ok(splice(&pipe.read, None, sink, None, pipe.len, FLAGS)?));
        match accepted {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            other => return other.map(Some),
        }
    }
}

/// Returns the number of bytes read, 0 at the source's end, or `None` if it has no bytes yet.
fn read(context: &mut Context<'_>, source: &TcpStream, pipe: &Pipe) -> io::Result<Option<usize>> {
    loop {
        let Some(result) = ready(source.poll_read_ready(context)) else { return Ok(None) };
        result?;
        let bytes = source.try_io(Interest::READABLE, || {
            Ok(splice(source, None, &pipe.write, None, pipe.capacity, FLAGS)?)
        });
        match bytes {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            other => return other.map(Some),
        }
    }
}
