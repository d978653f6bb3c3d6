//! Counts what it is told of calls.

use std::time::Duration;

use grpc_calls::{Clock, Direction, Methods, Moment, Observer, RequestHead};
use tonic::Code;

use crate::meter::Meter;
use crate::recorder::{Recorder, Series};

/// Counts the calls of a server or a client.
#[derive(Clone, Copy, Debug)]
pub struct Tally(pub(crate) &'static Recorder);

impl Observer for Tally {
    type Series = Series;
    type Messages = Meter;

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
        self.0.handling.is_some() || self.0.receive.is_some()
    }

    #[inline]
    fn started(&self, method: usize, head: RequestHead<'_>) -> Series {
        self.0.started(method, head)
    }

    #[inline]
    fn messages(&self, series: Series, direction: Direction, since: Option<Moment>) -> Meter {
        Meter::new(self.0, series, direction, since)
    }

    #[inline]
    fn ended(&self, series: Series, code: Code, elapsed: Option<Duration>) {
        self.0.handled(series, code, elapsed);
    }
}
