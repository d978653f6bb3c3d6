//! One call from its start to its one end.

use std::time::Duration;

use tonic::Code;

use crate::clock::Moment;
use crate::recorder::{Recorder, Series};
use crate::{deadline, vanished};

/// Counts a call as started when made, and as handled once: when told, or else when dropped.
#[derive(Debug)]
pub(crate) struct Call {
    recorder: &'static Recorder,
    series: Series,
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

impl Call {
    #[inline]
    pub(crate) fn start(recorder: &'static Recorder, series: Series, deadline: Option<Duration>) -> Self {
        let timed = recorder.handling.is_some() || recorder.receive.is_some() || deadline.is_some();
        recorder.started(series);
        Self {
            recorder,
            series,
            started: timed.then(|| recorder.clock.now()),
            deadline,
            abandoned: Code::Cancelled,
            vanished: false,
            ended: false,
        }
    }

    pub(crate) fn recorder(&self) -> &'static Recorder {
        self.recorder
    }

    pub(crate) fn series(&self) -> Series {
        self.series
    }

    pub(crate) fn started(&self) -> Option<Moment> {
        self.started
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
        self.started.map(|started| self.recorder.clock.since(started))
    }

    fn finish(&mut self, code: Code, elapsed: Option<Duration>) {
        self.ended = true;
        self.recorder.handled(self.series, code, elapsed);
    }

    /// Runs a step of the wrapped service. If it panics, the call ends as `Internal` and the panic
    /// goes on.
    #[inline]
    pub(crate) fn watch<T>(&mut self, step: impl FnOnce() -> T) -> T {
        struct Unwound<'a>(Option<&'a mut Call>);
        impl Drop for Unwound<'_> {
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

/// [`Call::watch`], where there may be no call to count.
pub(crate) fn watch<T>(call: &mut Option<Call>, step: impl FnOnce() -> T) -> T {
    match call {
        Some(call) => call.watch(step),
        None => step(),
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let elapsed = self.elapsed();
        let code = if self.is_late(elapsed) { Code::DeadlineExceeded } else { self.abandoned };
        self.finish(code, elapsed);
    }
}
