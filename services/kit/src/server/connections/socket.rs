//! A connection's stream that reports its activity.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;
use crate::server::edge::{Counts, TimedOut};

/// A stream whose reads and writes its [`Activity`] knows.
#[derive(Debug)]
pub(super) struct Socket<I> {
    inner: I,
    activity: Arc<Activity>,
    counts: Counts,
}

impl<I> Socket<I> {
    pub(super) fn new(inner: I, activity: Arc<Activity>, counts: Counts) -> Self {
        Self { inner, activity, counts }
    }

    /// Counts the end of a connection whose client has acknowledged nothing within TCP's user timeout.
    fn observe<T>(&self, result: &Poll<io::Result<T>>) {
        if let Poll::Ready(Err(error)) = result
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.counts.close(TimedOut::Write);
        }
    }

    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.observe(&result);
        match result {
            Poll::Ready(Ok(bytes)) if bytes > 0 => self.activity.wrote(true),
            Poll::Ready(_) => {}
            Poll::Pending => self.activity.wrote(false),
        }
        result
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Socket<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.observe(&result);
        self.activity.received(&buffer.filled()[before..]);
        result
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Socket<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.wrote(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_flush(context);
        // With TLS, encrypted bytes may wait for the client after the write.
        self.activity.wrote(result.is_ready());
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
