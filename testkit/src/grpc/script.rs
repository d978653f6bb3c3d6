//! Scripted bodies.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use tonic::Status;

/// The outcome of one poll of a body.
#[derive(Clone, Debug)]
pub enum Step {
    /// A chunk of data.
    Data(Vec<u8>),
    /// Trailers with this `grpc-status`, or with none.
    Trailers(Option<i32>),
    /// An error.
    Fail(Status),
    /// A panic.
    Panic,
    /// The body stays pending.
    Hang,
}

/// A body that takes one step in each poll, and ends after the last.
#[derive(Debug)]
pub struct Script {
    steps: VecDeque<Step>,
    /// Whether `is_end_stream` returns true after the last step.
    announces_end: bool,
}

impl Script {
    /// A body with these steps, whose `is_end_stream` always returns false.
    pub fn new(steps: impl Into<VecDeque<Step>>) -> Self {
        Self { steps: steps.into(), announces_end: false }
    }

    /// Makes `is_end_stream` return true after the last step.
    #[must_use]
    pub fn announcing_end(self) -> Self {
        Self { announces_end: true, ..self }
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if matches!(self.steps.front(), Some(Step::Hang)) {
            return Poll::Pending;
        }
        Poll::Ready(self.steps.pop_front().map(|step| match step {
            Step::Data(data) => Ok(Frame::data(data.into())),
            Step::Trailers(status) => Ok(Frame::trailers(status_headers(status))),
            Step::Fail(status) => Err(status),
            Step::Panic => panic!("requested"),
            Step::Hang => unreachable!("handled above"),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.announces_end && self.steps.is_empty()
    }
}

/// Headers with this `grpc-status`, or with none.
pub fn status_headers(status: Option<i32>) -> HeaderMap {
    let status = status.map(|status| ("grpc-status".parse().expect("a name"), status.into()));
    HeaderMap::from_iter(status)
}

/// The gRPC frame of a message of `size` bytes.
pub fn frame(size: usize) -> Vec<u8> {
    let mut frame = vec![0];
    frame.extend(u32::try_from(size).expect("a small message").to_be_bytes());
    frame.resize(5 + size, 7);
    frame
}
