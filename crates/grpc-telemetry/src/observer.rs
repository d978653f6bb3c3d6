//! The interface between the layers, which watch calls, and the observers, which report them.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::{Extensions, HeaderMap, Request};
use tonic::{Code, Status};

use crate::{GrpcType, Moment};

/// The side of a call that a layer observes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// The side that handles the call.
    Server,
    /// The side that makes the call.
    Client,
}

/// The direction of a message, as seen from the observed side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// Requests on a server, responses on a client.
    Received,
    /// Responses on a server, requests on a client.
    Sent,
}

/// A span of a sampled trace, which a tracing backend therefore has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampledSpan {
    /// The trace's id: 32 hexadecimal digits in W3C's `traceparent`.
    pub trace_id: u128,
    /// The span's id: 16 hexadecimal digits.
    pub span_id: u64,
}

/// A request without its body.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    path: &'a str,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

/// Observes the calls that pass a layer.
///
/// Two observers combine into one as a tuple, `(A, B)`; see [`ServerLayer::and`](crate::ServerLayer::and). Layers and
/// services clone the observer, so a clone must be cheap.
pub trait Observer: Clone + fmt::Debug + Send + 'static {
    /// A declared method, as this observer identifies it.
    type Method: Copy;
    /// Observes one call.
    type Call: CallObserver;

    /// Looks up the method that a request's path names, or returns `None` if it is not declared.
    ///
    /// A server layer observes a `POST` if its method is declared or its content type is gRPC.
    fn find_method(&self, side: Side, path: &str) -> Option<Self::Method>;

    /// Starts observing a call.
    fn start(&self, side: Side, method: Option<Self::Method>, head: RequestHead<'_>) -> Self::Call;
}

/// Observes one call from its start to its end.
pub trait CallObserver: fmt::Debug + Send + 'static {
    /// Observes the messages of one direction of the call.
    type Messages: MessageObserver;

    /// Whether [`end`](Self::end) needs the call's duration. Calls with a deadline are timed in any case.
    fn needs_duration(&self) -> bool {
        false
    }

    /// Whether [`end`](Self::end) needs the call's span.
    fn needs_span(&self) -> bool {
        false
    }

    /// The call's span, if this observer records one and its trace is sampled. Only called at the end, if an observer
    /// needs it.
    fn sampled_span(&self) -> Option<SampledSpan> {
        None
    }

    /// The kind of streaming that the method declares, or `None` if this observer has no declaration of it.
    fn grpc_type(&self) -> Option<GrpcType> {
        None
    }

    /// Adds headers to the request. Only called on clients, before the request is sent.
    fn inject(&self, headers: &mut HeaderMap) {
        let _ = headers;
    }

    /// Runs a step of the wrapped service or of the response body, for instance inside a span.
    fn in_scope<T>(&self, step: impl FnOnce() -> T) -> T {
        step()
    }

    /// Starts observing the messages of one direction. `since` is the call's start if `direction` is that of the
    /// responses and the call is timed.
    fn messages(&self, direction: Direction, since: Option<Moment>) -> Self::Messages;

    /// Reports the call's end. Every call that starts ends exactly once.
    fn end(self, end: &CallEnd<'_>);
}

/// Observes the messages of one direction of one call. Dropped when no more messages can pass.
pub trait MessageObserver: fmt::Debug + Send + 'static {
    /// The body is polled for its next frame.
    fn polled(&mut self) {}

    /// `count` complete messages, at least one, have passed.
    fn passed(&mut self, count: u64) {
        let _ = count;
    }
}

/// Ignores messages.
impl MessageObserver for () {}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd<'a> {
    /// The code that the client receives.
    pub code: Code,
    /// The time since the call's start, if the call is timed.
    pub elapsed: Option<Duration>,
    /// The event that ended the call.
    pub cause: Cause<'a>,
    /// The call's span, if an observer needs it, another records it, and its trace is sampled.
    pub span: Option<SampledSpan>,
}

/// The event that ended a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Cause<'a> {
    /// The response's trailers, or its headers if it has no body, contain the status.
    Status(&'a HeaderMap),
    /// The response ended without a status.
    MissingStatus,
    /// The service, the channel or the response body failed with this error.
    Error(&'a (dyn Error + 'static)),
    /// The service failed with an error of a type that does not implement [`Error`].
    OpaqueError,
    /// The call was dropped, or its client disconnected before the request was complete.
    Dropped,
    /// The service or the response body panicked.
    Panicked,
}

// === impl RequestHead ===

impl<'a> RequestHead<'a> {
    /// The head of a request.
    #[inline]
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self { path: request.uri().path(), headers: request.headers(), extensions: request.extensions() }
    }

    /// The path, `/package.Service/Method` for a gRPC call.
    #[inline]
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The headers, which include gRPC metadata.
    #[inline]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The first header of this name, or `None` if there is none or it is not visible ASCII.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The values that other layers or interceptors attached to the request.
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }
}

// === impl CallEnd ===

impl CallEnd<'_> {
    /// A description of the end: the status message if there is one.
    pub fn message(&self) -> Cow<'_, str> {
        match self.cause {
            Cause::Status(headers) => {
                let status = Status::from_header_map(headers);
                status.map_or(Cow::Borrowed(""), |status| Cow::Owned(status.message().to_owned()))
            }
            Cause::MissingStatus => "response ended without a gRPC status".into(),
            Cause::Error(error) => match error.downcast_ref::<Status>() {
                Some(status) => status.message().into(),
                None => error.to_string().into(),
            },
            Cause::OpaqueError => "service failed".into(),
            Cause::Dropped if self.code == Code::DeadlineExceeded => "deadline exceeded".into(),
            Cause::Dropped => "call dropped before its end".into(),
            Cause::Panicked => "panic".into(),
        }
    }
}

// === impl (A, B) ===

/// Reports each call to both observers.
impl<A: Observer, B: Observer> Observer for (A, B) {
    type Method = (Option<A::Method>, Option<B::Method>);
    type Call = (A::Call, B::Call);

    #[inline]
    fn find_method(&self, side: Side, path: &str) -> Option<Self::Method> {
        match (self.0.find_method(side, path), self.1.find_method(side, path)) {
            (None, None) => None,
            methods => Some(methods),
        }
    }

    #[inline]
    fn start(&self, side: Side, method: Option<Self::Method>, head: RequestHead<'_>) -> Self::Call {
        let (a, b) = method.unwrap_or((None, None));
        (self.0.start(side, a, head), self.1.start(side, b, head))
    }
}

impl<A: CallObserver, B: CallObserver> CallObserver for (A, B) {
    type Messages = (A::Messages, B::Messages);

    #[inline]
    fn needs_duration(&self) -> bool {
        self.0.needs_duration() || self.1.needs_duration()
    }

    #[inline]
    fn needs_span(&self) -> bool {
        self.0.needs_span() || self.1.needs_span()
    }

    #[inline]
    fn sampled_span(&self) -> Option<SampledSpan> {
        self.0.sampled_span().or_else(|| self.1.sampled_span())
    }

    #[inline]
    fn grpc_type(&self) -> Option<GrpcType> {
        self.0.grpc_type().or_else(|| self.1.grpc_type())
    }

    fn inject(&self, headers: &mut HeaderMap) {
        self.0.inject(headers);
        self.1.inject(headers);
    }

    #[inline]
    fn in_scope<T>(&self, step: impl FnOnce() -> T) -> T {
        self.0.in_scope(|| self.1.in_scope(step))
    }

    #[inline]
    fn messages(&self, direction: Direction, since: Option<Moment>) -> Self::Messages {
        (self.0.messages(direction, since), self.1.messages(direction, since))
    }

    #[inline]
    fn end(self, end: &CallEnd<'_>) {
        self.0.end(end);
        self.1.end(end);
    }
}

impl<A: MessageObserver, B: MessageObserver> MessageObserver for (A, B) {
    #[inline]
    fn polled(&mut self) {
        self.0.polled();
        self.1.polled();
    }

    #[inline]
    fn passed(&mut self, count: u64) {
        self.0.passed(count);
        self.1.passed(count);
    }
}
