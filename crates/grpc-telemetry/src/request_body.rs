//! The request's body.

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
    direction: Direction,
    takes_one_request: bool,
    has_data: bool,
}

impl<M: MessageObserver> Observed<M> {
    fn is_incomplete(&self) -> bool {
        !self.messages.is_at_boundary() || !self.has_data && self.takes_one_request
    }

    fn check_error(&self, error: &BoxError) {
        if self.direction == Direction::Received && status::is_disconnect(&**error) {
            disconnect::report();
        }
    }

    /// Detects streams that were reset with `NO_ERROR`, as proxies do: these end without an error, and
    /// `is_end_stream` returns false. Other bodies may do the same, so an incomplete message is required too.
    fn check_end(&self, is_end_stream: bool) {
        if self.direction == Direction::Received && !is_end_stream && self.is_incomplete() {
            disconnect::report();
        }
    }
}

impl<B, M: MessageObserver> RequestBody<B, M> {
    /// The body of a call whose requests pass in `direction`; `None` if the request is not observed.
    pub(crate) fn new<C>(inner: B, call: Option<&C>, direction: Direction) -> Self
    where
        C: CallObserver<Messages = M>,
    {
        let observed = call.map(|call| Observed {
            messages: MessageCounter::new(call.messages(direction, None)),
            direction,
            takes_one_request: call.grpc_type().is_some_and(GrpcType::takes_one_request),
            has_data: false,
        });
        Self { inner, observed }
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
                    observed.has_data = true;
                    observed.messages.passed(data);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                let error = error.into();
                observed.check_error(&error);
                Some(Err(error))
            }
            None => {
                observed.check_end(this.inner.is_end_stream());
                None
            }
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
