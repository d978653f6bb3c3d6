//! A limit of the size of a request's messages.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;

use crate::server::frames::Frames;

/// A request's body that fails as `RESOURCE_EXHAUSTED` at the header of a message that is too large.
#[derive(Debug)]
pub(super) struct MessageLimit {
    inner: Body,
    frames: Frames,
}

impl MessageLimit {
    pub(super) fn new(inner: Body, max_bytes: usize) -> Self {
        Self { inner, frames: Frames::new(max_bytes) }
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
                    let max = self.frames.max_bytes();
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
