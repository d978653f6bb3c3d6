//! A fake socket that follows a script.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Context;

use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::super::*;

/// Result of a scripted read.
#[derive(Clone, Debug)]
pub(super) enum Read {
    Bytes(Vec<u8>),
    Pending,
    Reset,
}

/// Result of a scripted write.
#[derive(Clone, Copy, Debug)]
pub(super) enum Write {
    AtMost(usize),
    Pending,
    BrokenPipe,
}

/// A fake socket that follows a script. After the scripted reads it ends; after the scripted writes it accepts everything.
#[derive(Debug, Default)]
pub(super) struct Scripted {
    pub(super) reads: VecDeque<Read>,
    pub(super) writes: VecDeque<Write>,
    pub(super) written: Vec<u8>,
    pub(super) is_shut_down: bool,
}

impl Socket for Scripted {
    fn tcp(&self) -> Option<&TcpStream> {
        None
    }
}

impl AsyncRead for Scripted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.reads.pop_front() {
            None => Poll::Ready(Ok(())),
            Some(Read::Bytes(bytes)) => {
                buffer.put_slice(&bytes);
                Poll::Ready(Ok(()))
            }
            Some(Read::Pending) => pending(context),
            Some(Read::Reset) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
        }
    }
}

impl AsyncWrite for Scripted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let limit = match self.writes.pop_front() {
            None => usize::MAX,
            Some(Write::AtMost(limit)) => limit,
            Some(Write::Pending) => return pending(context),
            Some(Write::BrokenPipe) => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        };
        let accepted = bytes.len().min(limit);
        self.written.extend(&bytes[..accepted]);
        Poll::Ready(Ok(accepted))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_shut_down = true;
        Poll::Ready(Ok(()))
    }
}

fn pending<T>(context: &mut Context<'_>) -> Poll<T> {
    context.waker().wake_by_ref();
    Poll::Pending
}

pub(super) fn scripted() -> impl Strategy<Value = Scripted> {
    let read = prop_oneof![
        6 => vec(any::<u8>(), 1..2000).prop_map(Read::Bytes),
        3 => Just(Read::Pending),
        1 => Just(Read::Reset),
    ];
    let write = prop_oneof![
        12 => (1..1000_usize).prop_map(Write::AtMost),
        6 => Just(Write::Pending),
        1 => Just(Write::BrokenPipe),
    ];
    (vec(read, 0..12), vec(write, 0..30)).prop_map(|(reads, writes)| Scripted {
        reads: reads.into(),
        writes: writes.into(),
        ..Scripted::default()
    })
}

/// All bytes of the scripted reads, including those after an error.
pub(super) fn scripted_bytes(socket: &Scripted) -> Vec<u8> {
    let bytes = |read: &Read| if let Read::Bytes(bytes) = read { bytes.clone() } else { Vec::new() };
    socket.reads.iter().flat_map(bytes).collect()
}
