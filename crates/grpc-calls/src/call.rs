//! One call from its start to its one end.

use std::time::Duration;

use tonic::Code;

use crate::{Direction, Moment, Observer, RequestHead, deadline, vanished};

/// Tells of a call's start when made, and of its end once: when told, or else when dropped.
#[derive(Debug)]
pub(crate) struct Call<O: Observer> {
    observer: O,
    /// Its index.
    method: usize,
    series: O::Series,
    /// Absent where nothing needs it.
    started: Option<Moment>,
    /// How long the call may take, as it says on the wire.
    deadline: Option<Duration>,
    /// The code if the call is dropped before its end.
    abandoned: Code,
    /// Whether the caller went away before its requests were complete.
    vanished: bool,
    ended: bool,
}

impl<O: Observer> Call<O> {
    /// A call of the method of this index begins.
    #[inline]
    pub(crate) fn start(observer: O, method: usize, head: RequestHead<'_>) -> Self {
        let deadline = deadline::of_headers(head.headers());
        let timed = deadline.is_some() || observer.times_calls();
        let series = observer.started(method, head);
        Self {
            observer,
            method,
            series,
            started: timed.then(|| observer.clock().now()),
            deadline,
            abandoned: Code::Cancelled,
            vanished: false,
            ended: false,
        }
    }

    pub(crate) fn observer(&self) -> O {
        self.observer
    }

    pub(crate) fn method(&self) -> usize {
        self.method
    }

    pub(crate) fn requests(&self, direction: Direction) -> O::Messages {
        self.observer.messages(self.series, direction, None)
    }

    pub(crate) fn replies(&self, direction: Direction) -> O::Messages {
        self.observer.messages(self.series, direction, self.started)
    }

    /// From now on, a drop means this code.
    pub(crate) fn abandoned_means(&mut self, code: Code) {
        self.abandoned = code;
    }

    /// The call is over; only the first end counts.
    #[inline]
    pub(crate) fn end(&mut self, code: Code) {
        if self.ended {
            return;
        }
        let elapsed = self.elapsed();
        // Of its requests' failure a handler makes a reply, which reaches nobody.
        let code = if self.vanished { self.abandoned } else { code };
        // Where both ends watch over the deadline, the other one may be first, and tonic's says
        // `Cancelled`.
        let late = code == Code::Cancelled && self.is_late(elapsed);
        self.finish(if late { Code::DeadlineExceeded } else { code }, elapsed);
    }

    fn is_late(&self, elapsed: Option<Duration>) -> bool {
        self.deadline.zip(elapsed).is_some_and(|(deadline, elapsed)| deadline::is_over(deadline, elapsed))
    }

    fn elapsed(&self) -> Option<Duration> {
        self.started.map(|started| self.observer.clock().since(started))
    }

    fn finish(&mut self, code: Code, elapsed: Option<Duration>) {
        self.ended = true;
        self.observer.ended(self.series, code, elapsed);
    }

    /// Runs a step of the wrapped service. If it panics, the call ends as `Internal` and the panic
    /// goes on.
    #[inline]
    pub(crate) fn watch<T>(&mut self, step: impl FnOnce() -> T) -> T {
        struct Unwound<'a, O: Observer>(Option<&'a mut Call<O>>);
        impl<O: Observer> Drop for Unwound<'_, O> {
            fn drop(&mut self) {
                if let Some(call) = self.0.take().filter(|call| !call.ended) {
                    call.finish(Code::Internal, call.elapsed());
                }
            }
        }
        let mut unwound = Unwound(Some(self));
        let (result, vanished) = vanished::in_step(step);
        if let Some(call) = unwound.0.take()
            && vanished
        {
            call.vanished = true;
        }
        result
    }
}

/// [`Call::watch`], where there may be no call to tell of.
pub(crate) fn watch<O: Observer, T>(call: &mut Option<Call<O>>, step: impl FnOnce() -> T) -> T {
    match call {
        Some(call) => call.watch(step),
        None => step(),
    }
}

impl<O: Observer> Drop for Call<O> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let elapsed = self.elapsed();
        let code = if self.is_late(elapsed) { Code::DeadlineExceeded } else { self.abandoned };
        self.finish(code, elapsed);
    }
}
