//! Copying through a buffer that a worker thread's connections share.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::Context;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Failure, Stop, ready};

const BUFFER: usize = 64 << 10;
/// So many buffers a turn.
const TURN: usize = 4;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// What a sink did not take.
#[derive(Debug)]
pub(super) struct Copied {
    bytes: Box<[u8]>,
    written: usize,
}

impl Copied {
    /// Writes on. Whether all has been written now.
    pub(super) fn flush<W: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut W,
        count: &mut impl FnMut(usize),
    ) -> Result<bool, Failure> {
        let taken = write(context, sink, &self.bytes[self.written..], count)?;
        self.written += taken;
        Ok(self.written == self.bytes.len())
    }
}

/// Reads and writes until one of them has to wait, or the turn is over. `chunk` becomes what was last read at once,
/// `left` what the sink did not take.
pub(super) fn turn<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    source: &mut R,
    sink: &mut W,
    count: &mut impl FnMut(usize),
    chunk: &mut usize,
    left: &mut Option<Copied>,
) -> Result<Stop, Failure> {
    SHARED.with_borrow_mut(|buffer| {
        for _ in 0..TURN {
            let mut read = ReadBuf::new(buffer);
            match ready(Pin::new(&mut *source).poll_read(context, &mut read)) {
                Some(result) => result.map_err(Failure::Source)?,
                None => return Ok(Stop::Waiting),
            }
            let bytes = read.filled();
            if bytes.is_empty() {
                return Ok(Stop::End);
            }
            *chunk = bytes.len();
            let written = write(context, sink, bytes, count)?;
            if written < bytes.len() {
                *left = Some(Copied { bytes: bytes[written..].into(), written: 0 });
                return Ok(Stop::Waiting);
            }
        }
        Ok(Stop::Turn)
    })
}

/// Writes until the sink takes no more; how many bytes it took, each of which is counted as it is taken.
fn write<W: AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    sink: &mut W,
    bytes: &[u8],
    count: &mut impl FnMut(usize),
) -> Result<usize, Failure> {
    let mut written = 0;
    while written < bytes.len() {
        match ready(Pin::new(&mut *sink).poll_write(context, &bytes[written..])) {
            None => break,
            Some(Ok(0)) => return Err(Failure::Sink(io::ErrorKind::WriteZero.into())),
            Some(result) => {
                let taken = result.map_err(Failure::Sink)?;
                count(taken);
                written += taken;
            }
        }
    }
    Ok(written)
}
