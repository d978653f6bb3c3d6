//! The reply's body, which carries the span to its end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::call::Call;

pin_project! {
    /// A body that ends the call's span with its last frame, or when it is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        inner: B,
        call: Option<Call>,
    }
}

impl<B: Body> ResponseBody<B> {
    pub(super) fn new(inner: B, mut call: Option<Call>) -> Self {
        if inner.is_end_stream() {
            end(&mut call);
        }
        Self { inner, call }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body,
    B::Error: 'static,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(call) = this.call else { return this.inner.poll_frame(context) };
        let polled = ready!(call.in_scope(|| this.inner.as_mut().poll_frame(context)));
        match &polled {
            None => end(this.call),
            Some(Err(error)) => {
                call.broken(error);
                *this.call = None;
            }
            Some(Ok(frame)) => match frame.trailers_ref() {
                Some(trailers) => {
                    call.trailers(trailers);
                    end(this.call);
                }
                None if this.inner.is_end_stream() => end(this.call),
                None => {}
            },
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn end(call: &mut Option<Call>) {
    if let Some(mut call) = call.take() {
        call.end();
    }
}
