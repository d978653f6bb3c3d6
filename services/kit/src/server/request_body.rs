//! Request bodies that tell a client's end of a request from a broken stream.

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use http::{Request, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::{Bytes, Incoming};

/// Converts hyper's request for axum.
pub(crate) fn convert(request: Request<Incoming>) -> Request<Body> {
    match request.version() {
        Version::HTTP_2 => request.map(|incoming| Body::new(Http2Body { incoming, state: State::Open })),
        // Over HTTP/1, hyper waits for the response even after the client disconnects, so the handler needs the error.
        _ => request.map(Body::new),
    }
}

/// An HTTP/2 body that ends only if the client sends `END_STREAM`.
///
/// A body breaks when the client resets the stream or disconnects. hyper then drops the handler, but polls it once
/// more before. With the error, the handler would produce a response that nobody receives, and logs, metrics and
/// traces would record a failure of the handler instead of a cancelled call. The first poll after the break is
/// therefore pending. Only a task that outlives the handler polls again, and gets the error.
#[derive(Debug)]
struct Http2Body {
    incoming: Incoming,
    state: State,
}

#[derive(Debug)]
enum State {
    Open,
    /// The stream is broken, and the reader does not know yet.
    Broken(io::Error),
    /// The reader has the error.
    Failed,
}

impl Http2Body {
    /// Keeps the error for the next poll.
    fn break_off(&mut self, context: &Context<'_>, cause: &str) {
        tracing::debug!(cause, "request body broke off");
        // The cause is part of the text only: tonic takes an error with HTTP/2's `CANCEL` in its chain for a clean end.
        let text =
            format!("the client reset the stream or disconnected before the end of the request: {cause}");
        self.state = State::Broken(io::Error::new(io::ErrorKind::ConnectionReset, text));
        context.waker().wake_by_ref();
    }
}

impl HttpBody for Http2Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !matches!(self.state, State::Open) {
            return Poll::Ready(match mem::replace(&mut self.state, State::Failed) {
                State::Broken(error) => Some(Err(error)),
                State::Open | State::Failed => None,
            });
        }
        match ready!(Pin::new(&mut self.incoming).poll_frame(context)) {
            Some(Ok(frame)) => return Poll::Ready(Some(Ok(frame))),
            // hyper ends the body without an error if the client resets the stream with `NO_ERROR`, as proxies do.
            None if !self.incoming.is_end_stream() => self.break_off(context, "no END_STREAM"),
            None => return Poll::Ready(None),
            Some(Err(error)) => self.break_off(context, &error.to_string()),
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Open) && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
