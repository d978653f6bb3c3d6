//! The request's body.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::frames::MessageCounter;
use crate::{BoxError, CallObserver, Direction, GrpcType, MessageObserver, disconnect, status};

pin_project! {
    /// A request's body that reports the messages in it as they pass.
    #[derive(Debug)]
    pub struct RequestBody<B, M> {
        #[pin]
        inner: B,
        // `None` if the request is not observed.
        observed: Option<Observed<M>>,
    }
}

#[derive(Debug)]
struct Observed<M> {
    messages: MessageCounter<M>,
    end: End,
}

/// What is known about the end of a request's body.
#[derive(Debug)]
enum End {
    /// The requests are sent, so the end is the caller's.
    Sent,
    /// `is_end_stream` returns true if and only if the client has ended the stream.
    Flagged,
    /// `is_end_stream` may return false after the end. The end is a disconnect if the requests are incomplete.
    Unflagged { takes_one_request: bool, has_data: bool },
    /// The client disconnected, and the reader has the error.
    Disconnected,
}

impl<M: MessageObserver> Observed<M> {
    /// Whether a stream that ended without an error was reset with `NO_ERROR`, as proxies do.
    fn is_cut_off(&self, is_end_stream: bool) -> bool {
        match self.end {
            End::Sent | End::Disconnected => false,
            End::Flagged => !is_end_stream,
            End::Unflagged { takes_one_request, has_data } => {
                let is_incomplete = !self.messages.is_at_boundary() || !has_data && takes_one_request;
                !is_end_stream && is_incomplete
            }
        }
    }

    /// Reports the disconnect, and returns the error for the reader. The cause is part of its text only: tonic takes an
    /// error with HTTP/2's `CANCEL` in its chain for a clean end.
    #[cold]
    fn disconnected(&mut self, cause: &str) -> BoxError {
        disconnect::report();
        self.end = End::Disconnected;
        let text = format!("the client disconnected before the end of its requests: {cause}");
        io::Error::new(io::ErrorKind::ConnectionReset, text).into()
    }
}

impl<B, M: MessageObserver> RequestBody<B, M> {
    /// The body of a request that a server receives; `None` if the request is not observed. `is_flagged` tells that the
    /// body's `is_end_stream` returns true after the end.
    #[inline]
    pub(crate) fn received<C>(inner: B, call: Option<&C>, is_flagged: bool) -> Self
    where
        C: CallObserver<Messages = M>,
    {
        let observed = call.map(|call| {
            let end = if is_flagged {
                End::Flagged
            } else {
                let takes_one_request = call.grpc_type().is_some_and(GrpcType::takes_one_request);
                End::Unflagged { takes_one_request, has_data: false }
            };
            Observed { messages: MessageCounter::new(call.messages(Direction::Received, None)), end }
        });
        Self { inner, observed }
    }

    /// The body of a request that a client sends.
    #[inline]
    pub(crate) fn sent<C>(inner: B, call: &C) -> Self
    where
        C: CallObserver<Messages = M>,
    {
        let messages = MessageCounter::new(call.messages(Direction::Sent, None));
        Self { inner, observed: Some(Observed { messages, end: End::Sent }) }
    }
}

impl<B, M> Body for RequestBody<B, M>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    M: MessageObserver,
{
    type Data = Bytes;
    /// The wrapped body's error, boxed.
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        let Some(observed) = this.observed else {
            return this.inner.poll_frame(cx).map_err(Into::into);
        };
        observed.messages.polled();
        Poll::Ready(match ready!(this.inner.as_mut().poll_frame(cx)) {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    if let End::Unflagged { has_data, .. } = &mut observed.end {
                        *has_data = true;
                    }
                    observed.messages.passed(data);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                let error = error.into();
                let is_disconnect = !matches!(observed.end, End::Sent) && status::is_disconnect(&*error);
                Some(Err(if is_disconnect { observed.disconnected(&error.to_string()) } else { error }))
            }
            None if observed.is_cut_off(this.inner.is_end_stream()) => {
                Some(Err(observed.disconnected("no END_STREAM")))
            }
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

/// An empty body that is not observed.
impl<B: Default, M> Default for RequestBody<B, M> {
    fn default() -> Self {
        Self { inner: B::default(), observed: None }
    }
}
