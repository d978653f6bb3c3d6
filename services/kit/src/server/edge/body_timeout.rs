//! Limits the time in which a request's body arrives.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::Request;
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};

use super::counts::{Counts, TimedOut};
use crate::server::frames::Frames;

/// A body did not arrive in time.
pub(super) struct Stalled;

/// Limits the time of the whole body, from now. The second value resolves if it passes while the body is read.
pub(super) fn limit(
    request: Request<Body>,
    timeout: Duration,
    counts: Counts,
) -> (Request<Body>, impl Future<Output = Stalled>) {
    let (notify, stalled) = oneshot::channel();
    let request = if request.body().is_end_stream() {
        request
    } else {
        let span = Span::Whole { deadline: Instant::now() + timeout, notify: Some(notify) };
        request.map(|inner| Body::new(TimedBody::new(inner, span, timeout, counts)))
    };
    let stalled = async move {
        match stalled.await {
            Ok(()) => Stalled,
            // The body has ended, or nobody reads it.
            Err(_) => std::future::pending().await,
        }
    };
    (request, stalled)
}

/// Limits the time of each gRPC message, from its first byte to its last. The time between messages is not limited.
pub(super) fn limit_messages(request: Request<Body>, timeout: Duration, counts: Counts) -> Request<Body> {
    if request.body().is_end_stream() {
        return request;
    }
    let span = Span::Message { frames: Frames::new(usize::MAX), since: None };
    request.map(|inner| Body::new(TimedBody::new(inner, span, timeout, counts)))
}

/// The part of a body whose time is limited.
#[derive(Debug)]
enum Span {
    Whole { deadline: Instant, notify: Option<oneshot::Sender<()>> },
    Message { frames: Frames, since: Option<Instant> },
}

pin_project! {
    /// A body that fails once its time has passed.
    #[derive(Debug)]
    struct TimedBody {
        inner: Body,
        span: Span,
        timeout: Duration,
        #[pin]
        sleep: Option<Sleep>,
        state: State,
        counts: Counts,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// The reader does not have the error yet.
    TimedOut,
    Failed,
}

impl TimedBody {
    fn new(inner: Body, span: Span, timeout: Duration, counts: Counts) -> Self {
        Self { inner, span, timeout, sleep: None, state: State::Open, counts }
    }
}

impl Span {
    fn deadline(&self, timeout: Duration) -> Option<Instant> {
        match self {
            Self::Whole { deadline, .. } => Some(*deadline),
            Self::Message { since, .. } => since.map(|since| since + timeout),
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        let Self::Message { frames, since } = self else { return };
        let before = frames.started();
        // No message exceeds the limit.
        let _ = frames.feed(bytes);
        if !frames.is_inside_message() {
            *since = None;
        } else if since.is_none() || frames.started() != before {
            *since = Some(Instant::now());
        }
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    /// At the deadline, the first poll is pending if the request is dropped because of it, so that the handler does not respond
    /// to an error that is not the client's last word. A task that outlives the handler polls again, and gets the error.
    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut this = self.project();
        match this.state {
            State::Open => {}
            State::TimedOut => {
                *this.state = State::Failed;
                return Poll::Ready(Some(Err(error(*this.timeout))));
            }
            State::Failed => return Poll::Ready(None),
        }
        if let Poll::Ready(frame) = Pin::new(&mut *this.inner).poll_frame(context) {
            if let Some(Ok(frame)) = &frame
                && let Some(bytes) = frame.data_ref()
            {
                this.span.received(bytes);
            }
            return Poll::Ready(frame);
        }
        let Some(deadline) = this.span.deadline(*this.timeout) else { return Poll::Pending };
        match this.sleep.as_mut().as_pin_mut() {
            Some(sleep) if sleep.deadline() == deadline => {}
            Some(sleep) => sleep.reset(deadline),
            None => this.sleep.set(Some(sleep_until(deadline))),
        }
        if this.sleep.as_mut().as_pin_mut().is_none_or(|sleep| sleep.poll(context).is_pending()) {
            return Poll::Pending;
        }
        this.counts.close(TimedOut::Body);
        *this.state = State::TimedOut;
        if let Span::Whole { notify, .. } = this.span
            && notify.take().is_some_and(|notify| notify.send(()).is_ok())
        {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        *this.state = State::Failed;
        Poll::Ready(Some(Err(error(*this.timeout))))
    }

    fn is_end_stream(&self) -> bool {
        self.state != State::TimedOut && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// gRPC handlers receive the status as it is.
#[cfg(feature = "grpc")]
fn error(timeout: Duration) -> axum::Error {
    axum::Error::new(tonic::Status::deadline_exceeded(message(timeout)))
}

#[cfg(not(feature = "grpc"))]
fn error(timeout: Duration) -> axum::Error {
    axum::Error::new(std::io::Error::new(std::io::ErrorKind::TimedOut, message(timeout)))
}

fn message(timeout: Duration) -> String {
    format!("the request's body or message did not arrive within {timeout:?}")
}
