//! Copying through a buffer that a worker thread's connections share.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::Context;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::socket::{Failure, Stop, ready};

const BUFFER_BYTES: usize = 64 << 10;
/// Number of reads before other tasks get to run.
const READS_PER_POLL: usize = 4;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER_BYTES].into());
}

/// Bytes that were read and that the sink has not accepted yet.
#[derive(Debug)]
pub(super) struct Unwritten {
    bytes: Box<[u8]>,
    written: usize,
}

impl Unwritten {
    /// Continues writing. Returns whether all bytes are written.
    pub(super) fn poll_flush<W: AsyncWrite + Unpin>(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut W,
        count: &mut impl FnMut(usize),
    ) -> Result<bool, Failure> {
        let accepted = write(context, sink, &self.bytes[self.written..], count)?;
        self.written += accepted;
        Ok(self.written == self.bytes.len())
    }
}

/// Copies until a side is not ready or it is time to yield. Sets `last_read` to the size of the last read in bytes, and
/// `unwritten` to what the sink did not accept.
pub(super) fn transfer<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    context: &mut Context<'_>,
    source: &mut R,
    sink: &mut W,
    count: &mut impl FnMut(usize),
    last_read: &mut usize,
    unwritten: &mut Option<Unwritten>,
) -> Result<Stop, Failure> {
    BUFFER.with_borrow_mut(|buffer| {
        for _ in 0..READS_PER_POLL {
            let mut read = ReadBuf::new(buffer);
            match ready(Pin::new(&mut *source).poll_read(context, &mut read)) {
                Some(result) => result.map_err(Failure::Source)?,
                None => return Ok(Stop::Pending),
            }
            let bytes = read.filled();
            if bytes.is_empty() {
                return Ok(Stop::End);
            }
            *last_read = bytes.len();
            let written = write(context, sink, bytes, count)?;
            if written < bytes.len() {
                *unwritten = Some(Unwritten { bytes: bytes[written..].into(), written: 0 });
                return Ok(Stop::Pending);
            }
        }
        Ok(Stop::Yield)
    })
}

/// Writes until the sink has no room, counting bytes as the sink accepts them. Returns the number of bytes accepted.
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
                let accepted = result.map_err(Failure::Sink)?;
                count(accepted);
                written += accepted;
            }
        }
    }
    Ok(written)
}
