//! Bodies that do what they are told, without a socket.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use tonic::Status;

/// What a body does at one poll.
#[derive(Clone, Debug)]
pub enum Step {
    /// A chunk passes.
    Data(Vec<u8>),
    /// Trailers with this `grpc-status`, or with none.
    Trailers(Option<i32>),
    /// Fails.
    Fail(Status),
    /// Panics.
    Panic,
    /// Never goes on.
    Hang,
}

/// Takes its steps one a poll, and ends after the last.
#[derive(Debug)]
pub struct Script {
    steps: VecDeque<Step>,
    /// Whether it says that it is at its end, or has to be asked once more.
    says_end: bool,
}

impl Script {
    /// Takes these steps, and does not say before it is asked that it is at its end.
    pub fn new(steps: impl Into<VecDeque<Step>>) -> Self {
        Self { steps: steps.into(), says_end: false }
    }

    /// Says so when it is at its end.
    #[must_use]
    pub fn saying_end(self) -> Self {
        Self { says_end: true, ..self }
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
            Step::Panic => panic!("as asked"),
            Step::Hang => unreachable!("looked at above"),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.says_end && self.steps.is_empty()
    }
}

/// Headers with this `grpc-status`, or with none.
pub fn status_headers(status: Option<i32>) -> HeaderMap {
    let status = status.map(|status| ("grpc-status".parse().expect("a name"), status.into()));
    HeaderMap::from_iter(status)
}

/// The frame of a message of so many bytes.
pub fn frame(size: usize) -> Vec<u8> {
    let mut frame = vec![0];
    frame.extend(u32::try_from(size).expect("a small message").to_be_bytes());
    frame.resize(5 + size, 7);
    frame
}
