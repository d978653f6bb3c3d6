//! The request's body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::meter::Meter;
use crate::call::Call;
use crate::{BoxError, Direction, Observer, failure, vanished};

pin_project! {
    /// A request's body that tells of the messages in it as they pass.
    #[derive(Debug)]
    pub struct RequestBody<B, O>
    where
        O: Observer,
    {
        #[pin]
        inner: B,
        told: Option<Told<O>>,
    }
}

#[derive(Debug)]
struct Told<O: Observer> {
    observer: O,
    /// Its index.
    method: usize,
    meter: Meter<O::Messages>,
    direction: Direction,
    /// Whether any data has passed.
    begun: bool,
}

impl<O: Observer> Told<O> {
    /// Whether requests that end here are incomplete.
    fn is_incomplete(&self) -> bool {
        let method = &self.observer.methods().all()[self.method];
        !self.meter.is_between_messages() || !self.begun && method.grpc_type.takes_one_request()
    }

    /// The handler's part: on the calling side nobody waits to be told.
    fn notice_if_gone(&self, error: &BoxError) {
        if self.direction == Direction::Received && failure::is_callers_going(&**error) {
            vanished::notice();
        }
    }

    /// A stream that is reset with `NO_ERROR`, as proxies do, ends without an error. Then the body
    /// does not say that it is at its end, but some bodies never do.
    fn notice_if_cut_off(&self, says_end: bool) {
        if self.direction == Direction::Received && !says_end && self.is_incomplete() {
            vanished::notice();
        }
    }
}

impl<B, O: Observer> RequestBody<B, O> {
    /// The body of a call whose requests go in `direction`.
    pub(crate) fn new(inner: B, call: Option<&Call<O>>, direction: Direction) -> Self {
        let told = call.map(|call| Told {
            observer: call.observer(),
            method: call.method(),
            meter: Meter::new(call.requests(direction)),
            direction,
            begun: false,
        });
        Self { inner, told }
    }
}

impl<B, O> Body for RequestBody<B, O>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    O: Observer,
{
    type Data = Bytes;
    /// The wrapped body's error, boxed.
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        let Some(told) = this.told else {
            return this.inner.poll_frame(cx).map_err(Into::into);
        };
        told.meter.asked();
        Poll::Ready(match ready!(this.inner.as_mut().poll_frame(cx)) {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    told.begun = true;
                    told.meter.passed(data);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                let error = error.into();
                told.notice_if_gone(&error);
                Some(Err(error))
            }
            None => {
                told.notice_if_cut_off(this.inner.is_end_stream());
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

impl<B: Default, O: Observer> Default for RequestBody<B, O> {
    /// An empty body that belongs to no call.
    fn default() -> Self {
        Self { inner: B::default(), told: None }
    }
}
