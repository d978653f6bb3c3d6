//! The request's body.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::meter::Meter;
use crate::call::Call;
use crate::recorder::{Direction, Recorder, Series};

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
        });
        Self { inner, counted }
    }
}

impl<B: Body<Data = Bytes>> Body for RequestBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        if let Some(Counted { recorder, series, meter }) = this.counted {
            meter.asked(recorder, *series);
        }
        let frame = ready!(this.inner.poll_frame(cx));
        if let (Some(Ok(frame)), Some(Counted { recorder, series, meter })) = (&frame, this.counted)
            && let Some(data) = frame.data_ref()
        {
            meter.passed(recorder, *series, data);
        }
        Poll::Ready(frame)
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
