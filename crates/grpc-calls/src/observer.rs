//! What is told of calls, and to whom.

use std::fmt;
use std::time::Duration;

use tonic::Code;

use crate::{Clock, Methods, Moment, RequestHead};

/// Which way a message goes, seen from the side that observes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Requests on a server, replies on a client.
    Received,
    /// Replies on a server, requests on a client.
    Sent,
}

/// Is told of every call that passes a layer. Each one that is told as started is told as ended, once.
///
/// The layers, and each call, hold a copy: a reference, usually.
pub trait Observer: Copy + fmt::Debug + Send + 'static {
    /// What the observer calls a call by.
    type Series: Copy + fmt::Debug;
    /// Observes the messages of one direction of one call.
    type Messages: MessageObserver;

    /// The methods that calls are told apart by.
    fn methods(&self) -> &Methods;

    /// The clock that calls are timed with.
    fn clock(&self) -> &Clock;

    /// Whether calls without a deadline are timed too.
    fn times_calls(&self) -> bool;

    /// A call of the method of this index begins.
    fn started(&self, method: usize, head: RequestHead<'_>) -> Self::Series;

    /// Who observes the messages of a call that go in `direction`. `since` is when the first one began to be awaited:
    /// the call's start, where the call is timed and its replies are meant.
    fn messages(&self, series: Self::Series, direction: Direction, since: Option<Moment>) -> Self::Messages;

    /// The call is over, with the code that its caller sees. `elapsed` is since its start, if it was timed.
    fn ended(&self, series: Self::Series, code: Code, elapsed: Option<Duration>);
}

/// Is told of the messages of one direction of one call; dropped when no more can come.
pub trait MessageObserver: fmt::Debug + Send + 'static {
    /// More of the body is asked for.
    fn asked(&mut self);

    /// So many messages have passed whole, at least one.
    fn passed(&mut self, count: u64);
}

/// Does not care for messages.
impl MessageObserver for () {
    fn asked(&mut self) {}

    fn passed(&mut self, _: u64) {}
}
