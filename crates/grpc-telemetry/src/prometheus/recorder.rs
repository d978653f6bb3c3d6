//! The observer: counts calls, and counts and times their messages.

use std::time::Duration;

use super::counters::{Counters, Series};
use crate::{
    CallEnd, CallObserver, Direction, GrpcType, MessageObserver, Moment, Observer, RequestHead, Side,
};

/// Counts the calls of a server or a client.
#[derive(Clone, Copy, Debug)]
pub struct Recorder(&'static Counters);

/// Counts one call.
#[derive(Debug)]
pub struct Call {
    counters: &'static Counters,
    method: usize,
    series: Series,
}

/// Counts the messages of one direction of one call, and times them if that histogram is enabled.
#[derive(Debug)]
pub struct Messages {
    counters: &'static Counters,
    series: Series,
    direction: Direction,
    timer: Timer,
}

#[derive(Debug)]
enum Timer {
    Disabled,
    /// No message is pending.
    Idle,
    /// A message is awaited since this moment.
    Receiving(Moment),
    /// This number of messages was passed to the transport at this moment.
    Sending(Moment, u64),
}

// === impl Recorder ===

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
    fn find_method(&self, side: Side, path: &str) -> Option<usize> {
        match side {
            Side::Server => self.0.methods.find(path),
            Side::Client => self.0.methods.find_ignoring_prefix(path),
        }
    }

    #[inline]
    fn start(&self, _: Side, method: Option<usize>, head: RequestHead<'_>) -> Call {
        let method = method.unwrap_or(self.0.methods.unknown());
        Call { series: self.0.started(method, head), counters: self.0, method }
    }
}

// === impl Call ===

impl CallObserver for Call {
    type Messages = Messages;

    #[inline]
    fn needs_duration(&self) -> bool {
        self.counters.handling.is_some() || self.counters.receive.is_some()
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
    fn messages(&self, direction: Direction, since: Option<Moment>) -> Messages {
        let timer = match (self.counters.message_histogram(direction), direction, since) {
            (None, _, _) => Timer::Disabled,
            (Some(_), Direction::Received, Some(since)) => Timer::Receiving(since),
            (Some(_), _, _) => Timer::Idle,
        };
        Messages { counters: self.counters, series: self.series, direction, timer }
    }

    #[inline]
    fn end(self, end: &CallEnd<'_>) {
        self.counters.handled(self.series, end);
    }
}

// === impl Messages ===

impl Messages {
    fn time_poll(&mut self) {
        match (&self.timer, self.direction) {
            (Timer::Idle, Direction::Received) => self.timer = Timer::Receiving(Moment::now()),
            (Timer::Sending(..), _) => self.finish_sending(),
            _ => {}
        }
    }

    fn time_passed(&mut self, count: u64) {
        match (&self.timer, self.direction) {
            (&Timer::Receiving(since), _) => {
                self.observe(since.elapsed());
                // The others arrived together with the first.
                for _ in 1..count {
                    self.observe(Duration::ZERO);
                }
                self.timer = Timer::Idle;
            }
            (Timer::Idle, Direction::Sent) => self.timer = Timer::Sending(Moment::now(), count),
            _ => {}
        }
    }

    /// The transport polls for more, or drops the body: it has taken the messages that were passed to it.
    fn finish_sending(&mut self) {
        if let Timer::Sending(since, count) = self.timer {
            let elapsed = since.elapsed();
            for _ in 0..count {
                self.observe(elapsed);
            }
            self.timer = Timer::Idle;
        }
    }

    fn observe(&self, elapsed: Duration) {
        self.counters.message_time(self.series, self.direction, elapsed);
    }
}

impl MessageObserver for Messages {
    #[inline]
    fn polled(&mut self) {
        if !matches!(self.timer, Timer::Disabled) {
            self.time_poll();
        }
    }

    #[inline]
    fn passed(&mut self, count: u64) {
        self.counters.messages(self.series, self.direction, count);
        if !matches!(self.timer, Timer::Disabled) {
            self.time_passed(count);
        }
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        self.finish_sending();
    }
}
