//! The observer: counts and times calls.

use super::counters::Counters;
use crate::{CallEnd, CallObserver, Direction, GrpcType, Moment, Observer, RequestHead, Side};

/// Counts the calls of a server.
#[derive(Clone, Copy, Debug)]
pub struct Recorder(&'static Counters);

/// Counts one call.
#[derive(Debug)]
pub struct Call {
    counters: &'static Counters,
    method: usize,
}

impl Recorder {
    pub(super) fn new(counters: &'static Counters) -> Self {
        Self(counters)
    }
}

impl Observer for Recorder {
    /// The index of the method.
    type Method = usize;
    type Call = Call;

    #[inline]
    fn find_method(&self, _: Side, path: &str) -> Option<usize> {
        self.0.methods.find(path)
    }

    #[inline]
    fn start(&self, _: Side, method: Option<usize>, _: RequestHead<'_>) -> Call {
        Call { counters: self.0, method: method.unwrap_or(self.0.methods.unknown()) }
    }
}

impl CallObserver for Call {
    type Messages = ();

    #[inline]
    fn needs_duration(&self) -> bool {
        true
    }

    #[inline]
    fn needs_span(&self) -> bool {
        self.counters.exemplars.is_some()
    }

    #[inline]
    fn grpc_type(&self) -> Option<GrpcType> {
        Some(self.counters.methods.all()[self.method].grpc_type)
    }

    #[inline]
    fn messages(&self, _: Direction, _: Option<Moment>) {}

    #[inline]
    fn end(self, end: &CallEnd<'_>) {
        self.counters.handled(self.method, end);
    }
}
