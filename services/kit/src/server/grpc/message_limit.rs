//! A limit of the size of a request's messages.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;

/// The length of a gRPC frame's header: one byte of flags, four bytes of big-endian length.
const HEADER_BYTES: usize = 5;

/// A request's body that fails as `RESOURCE_EXHAUSTED` at the header of a message that is too large.
#[derive(Debug)]
pub(super) struct MessageLimit {
    inner: Body,
    frames: Frames,
}

/// The position in a stream of gRPC frames.
#[derive(Debug)]
struct Frames {
    max_bytes: usize,
    header: [u8; HEADER_BYTES],
    /// Bytes of the header that have passed.
    header_read: usize,
    /// Bytes of the message that have not passed.
    remaining: usize,
}

impl MessageLimit {
    pub(super) fn new(inner: Body, max_bytes: usize) -> Self {
        Self { inner, frames: Frames { max_bytes, header: [0; HEADER_BYTES], header_read: 0, remaining: 0 } }
    }
}

impl Frames {
    /// Returns the size of a message in `chunk` that is too large.
    fn feed(&mut self, mut chunk: &[u8]) -> Result<(), usize> {
        while !chunk.is_empty() {
            if self.remaining > 0 {
                let skipped = self.remaining.min(chunk.len());
                self.remaining -= skipped;
                chunk = &chunk[skipped..];
                continue;
            }
            let part = (HEADER_BYTES - self.header_read).min(chunk.len());
            self.header[self.header_read..][..part].copy_from_slice(&chunk[..part]);
            self.header_read += part;
            chunk = &chunk[part..];
            if self.header_read == HEADER_BYTES {
                let [_, length @ ..] = self.header;
                self.header_read = 0;
                self.remaining = u32::from_be_bytes(length) as usize;
                if self.remaining > self.max_bytes {
                    return Err(self.remaining);
                }
            }
        }
        Ok(())
    }
}

impl HttpBody for MessageLimit {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                if let Some(Err(bytes)) = frame.data_ref().map(|data| self.frames.feed(data)) {
                    let max = self.frames.max_bytes;
                    let detail = format!("a message of {bytes} bytes exceeds the limit of {max}");
                    return Poll::Ready(Some(Err(Status::resource_exhausted(detail))));
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => Some(Err(Status::from_error(error.into()))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u32) -> Vec<u8> {
        [&[0][..], &length.to_be_bytes(), &vec![7; length as usize]].concat()
    }

    #[test]
    fn finds_a_large_message_in_any_chunking() {
        let fits = [frame(0), frame(10), frame(3)].concat();
        let large = [fits.clone(), frame(11)].concat();
        for chunk in 1..=large.len() {
            let feed = |bytes: &[u8]| {
                let mut frames = MessageLimit::new(Body::empty(), 10).frames;
                bytes.chunks(chunk).try_for_each(|chunk| frames.feed(chunk))
            };
            assert_eq!((feed(&fits), feed(&large)), (Ok(()), Err(11)), "chunks of {chunk}");
        }
    }
}
