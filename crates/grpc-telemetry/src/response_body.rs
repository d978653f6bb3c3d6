//! The response's body, whose end is the call's end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::{Code, Status};

use crate::call::Call;
use crate::frames::MessageCounter;
use crate::{BoxError, CallObserver, Cause, Direction, status};

pin_project! {
    /// A response's body that reports the messages in it as they pass, and the call's end: at the trailers, at the end
    /// of the body, on an error, or when it is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B, C>
    where
        C: CallObserver,
    {
        // First, so that it is dropped before the call ends.
        #[pin]
        inner: B,
        // `None` if the call is not observed.
        observed: Option<Observed<C>>,
    }
}

#[derive(Debug)]
struct Observed<C: CallObserver> {
    call: Call<C>,
    messages: Option<MessageCounter<C::Messages>>,
    code_without_status: Code,
}

impl<C: CallObserver> Observed<C> {
    fn end_without_status(&mut self) {
        self.call.end(self.code_without_status, Cause::MissingStatus);
    }
}

impl<B: Body, C: CallObserver> ResponseBody<B, C> {
    /// Wraps the response of a call whose responses pass in `direction`, and ends the call if it has no body.
    pub(crate) fn wrap(response: Response<B>, call: Option<Call<C>>, direction: Direction) -> Response<Self> {
        let observed = call.map(|call| {
            let code_without_status = status::code_of_http(response.status());
            let messages = call.responses(direction).map(MessageCounter::new);
            let mut observed = Observed { call, messages, code_without_status };
            if response.status() != StatusCode::OK {
                // A gRPC client drops the body of an HTTP error instead of reading it to its end.
                observed.call.set_code_if_dropped(code_without_status);
            }
            if let Some(code) = status::code_of_headers(response.headers()) {
                observed.call.end(code, Cause::Status(response.headers()));
            } else if response.body().is_end_stream() {
                observed.end_without_status();
            }
            observed
        });
        response.map(|inner| Self { inner, observed })
    }
}

impl<B, C> Body for ResponseBody<B, C>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    C: CallObserver,
{
    type Data = Bytes;
    /// The [`Status`] into which tonic converts the wrapped body's error.
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut this = self.project();
        let Some(observed) = this.observed else {
            return this.inner.poll_frame(cx).map_err(|error| Status::from_error(error.into()));
        };
        if let Some(messages) = &mut observed.messages {
            messages.polled();
        }
        let polled = observed.call.watch(|| this.inner.as_mut().poll_frame(cx));
        Poll::Ready(match ready!(polled) {
            Some(Ok(frame)) => {
                if let (Some(data), Some(messages)) = (frame.data_ref(), &mut observed.messages) {
                    messages.passed(data);
                }
                if let Some(trailers) = frame.trailers_ref() {
                    match status::code_of_headers(trailers) {
                        Some(code) => observed.call.end(code, Cause::Status(trailers)),
                        None => observed.end_without_status(),
                    }
                } else if this.inner.is_end_stream() {
                    observed.end_without_status();
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                let status = Status::from_error(error.into());
                observed.call.end(status::code_of_status(&status), Cause::Error(&status));
                Some(Err(status))
            }
            None => {
                observed.end_without_status();
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
impl<B: Default, C: CallObserver> Default for ResponseBody<B, C> {
    fn default() -> Self {
        Self { inner: B::default(), observed: None }
    }
}
