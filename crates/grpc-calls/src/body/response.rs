//! The response's body, with which the call ends.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::{Code, Status};

use super::meter::Meter;
use crate::call::Call;
use crate::{BoxError, Direction, Observer, code, failure};

pin_project! {
    /// A response's body that tells of the messages in it as they pass, and of the call's end when
    /// its status is known: at the trailers, at the end, at an error, or when it is dropped.
    #[derive(Debug)]
    pub struct ResponseBody<B, O>
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
    call: Call<O>,
    meter: Meter<O::Messages>,
    /// What the end of the body means if no trailers tell.
    at_end: Code,
}

impl<B: Body, O: Observer> ResponseBody<B, O> {
    /// Goes on with a call whose responses go in `direction`, and ends it if it is over with the
    /// headers.
    pub(crate) fn wrap(response: Response<B>, call: Option<Call<O>>, direction: Direction) -> Response<Self> {
        let told = call.map(|mut call| {
            let at_end = code::of_http(response.status());
            if response.status() != StatusCode::OK {
                // Such a body is not read to its end by a gRPC client.
                call.abandoned_means(at_end);
            }
            if let Some(code) = code::of_headers(response.headers()) {
                call.end(code);
            } else if response.body().is_end_stream() {
                call.end(at_end);
            }
            let meter = Meter::new(call.replies(direction));
            Told { call, meter, at_end }
        });
        response.map(|inner| Self { inner, told })
    }
}

impl<B, O> Body for ResponseBody<B, O>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
    O: Observer,
{
    type Data = Bytes;
    /// What tonic makes of the wrapped body's error.
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut this = self.project();
        let Some(Told { call, meter, at_end }) = this.told else {
            return this.inner.poll_frame(cx).map_err(|error| Status::from_error(error.into()));
        };
        meter.asked();
        let polled = call.watch(|| this.inner.as_mut().poll_frame(cx));
        Poll::Ready(match ready!(polled) {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    meter.passed(data);
                }
                if let Some(trailers) = frame.trailers_ref() {
                    call.end(code::of_headers(trailers).unwrap_or(*at_end));
                } else if this.inner.is_end_stream() {
                    call.end(*at_end);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => {
                let status = Status::from_error(error.into());
                call.end(failure::of_status(&status));
                Some(Err(status))
            }
            None => {
                call.end(*at_end);
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

impl<B: Default, O: Observer> Default for ResponseBody<B, O> {
    /// An empty body that belongs to no call.
    fn default() -> Self {
        Self { inner: B::default(), told: None }
    }
}
