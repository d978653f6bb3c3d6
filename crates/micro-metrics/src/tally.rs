//! Counts what it is told of calls.

use std::time::Duration;

use grpc_calls::{Clock, Direction, Methods, Moment, Observer, RequestHead};
use tonic::Code;

use crate::recorder::Recorder;

/// Counts the calls of a server.
#[derive(Clone, Copy, Debug)]
pub struct Tally(pub(crate) &'static Recorder);

impl Observer for Tally {
    /// The endpoint.
    type Series = usize;
    type Messages = ();

    #[inline]
    fn methods(&self) -> &Methods {
        &self.0.methods
    }

    #[inline]
    fn clock(&self) -> &Clock {
        &self.0.clock
    }

    #[inline]
    fn times_calls(&self) -> bool {
        true
    }

    #[inline]
    fn started(&self, method: usize, _: RequestHead<'_>) -> usize {
        self.0.endpoints.of(method)
    }

    #[inline]
    fn messages(&self, _: usize, _: Direction, _: Option<Moment>) {}

    #[inline]
    fn ended(&self, endpoint: usize, code: Code, elapsed: Option<Duration>) {
        // All calls are timed.
        let elapsed = elapsed.unwrap_or_default();
        self.0.handled(endpoint, code == Code::Ok, elapsed, self.0.now());
    }
}
