//! The request's body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::meter::Meter;
use crate::call::Call;
use crate::recorder::{Direction, Recorder, Series};
use crate::{BoxError, failure, vanished};

pin_project! {
    /// A request's body that counts the messages in it as they pass.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        inner: B,
        counted: Option<Counted>,
    }
}

#[derive(Debug)]
struct Counted {
    recorder: &'static Recorder,
    series: Series,
    meter: Meter,
    /// Whether any data has passed.
    begun: bool,
}

impl Counted {
    /// Whether requests that end here are incomplete.
    fn is_incomplete(&self) -> bool {
        !self.meter.is_between_messages()
            || !self.begun && self.recorder.grpc_type(self.series).takes_one_request()
    }

    /// The handler's part: on the calling side nobody waits to be told.
    fn notice_if_gone(&self, error: &BoxError) {
        if self.meter.direction() == Direction::Received && failure::is_callers_going(&**error) {
            vanished::notice();
        }
    }

    /// A stream that is reset with `NO_ERROR`, as proxies do, ends without an error. Then the body
    /// does not say that it is at its end, but some bodies never do.
    fn notice_if_cut_off(&self, says_end: bool) {
        if self.meter.direction() == Direction::Received && !says_end && self.is_incomplete() {
            vanished::notice();
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.meter.taken(self.recorder, self.series);
    }
}

impl<B> RequestBody<B> {
    /// The body of a call whose requests go in `direction`.
    pub(crate) fn new(inner: B, call: Option<&Call>, direction: Direction) -> Self {
        let counted = call.map(|call| Counted {
            recorder: call.recorder(),
            series: call.series(),
            meter: Meter::new(call.recorder(), direction, None),
            begun: false,
        });
        Self { inner, counted }
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    /// The wrapped body's error, boxed.
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        let Some(counted) = this.counted else {
            return this.inner.poll_frame(cx).map_err(Into::into);
        };
        counted.meter.asked(counted.recorder, counted.series);
        Poll::Ready(match ready!(this.inner.as_mut().poll_frame(cx)) {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    counted.begun = true;
                    counted.meter.passed(counted.recorder, counted.series, data);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                let error = error.into();
                counted.notice_if_gone(&error);
                Some(Err(error))
            }
            None => {
                counted.notice_if_cut_off(this.inner.is_end_stream());
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

impl<B: Default> Default for RequestBody<B> {
    /// An empty body that belongs to no call.
    fn default() -> Self {
        Self { inner: B::default(), counted: None }
    }
}
