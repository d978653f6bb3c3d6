//! One observed call from its start to its end.

use std::time::Duration;

use http::HeaderMap;
use tonic::Code;

use crate::{CallEnd, CallObserver, Cause, Direction, Moment, deadline, disconnect, protocol};

/// Ends its observer exactly once: by [`end`](Self::end), on a panic in [`watch`](Self::watch), or when dropped.
#[derive(Debug)]
pub(crate) struct Call<C: CallObserver> {
    /// `None` once the call has ended.
    observer: Option<C>,
    /// `None` if neither the observer nor a deadline needs the call's duration.
    started: Option<Moment>,
    /// The value of `grpc-timeout`.
    timeout: Option<Duration>,
    code_if_dropped: Code,
    /// Whether the client disconnected before its requests were complete.
    disconnected: bool,
}

impl<C: CallObserver> Call<C> {
    #[inline]
    pub(crate) fn start(observer: C, request_headers: &HeaderMap) -> Self {
        // A malformed timeout is none, as in tonic's server.
        let timeout = protocol::timeout(request_headers).ok().flatten();
        let timed = timeout.is_some() || observer.needs_duration();
        Self {
            observer: Some(observer),
            started: timed.then(Moment::now),
            timeout,
            code_if_dropped: Code::Cancelled,
            disconnected: false,
        }
    }

    /// `None` once the call has ended.
    pub(crate) fn observer(&self) -> Option<&C> {
        self.observer.as_ref()
    }

    /// The observer of the responses' messages, or `None` once the call has ended.
    pub(crate) fn responses(&self, direction: Direction) -> Option<C::Messages> {
        self.observer.as_ref().map(|observer| observer.messages(direction, self.started))
    }

    /// Sets the code that a drop reports; `Cancelled` by default.
    pub(crate) fn set_code_if_dropped(&mut self, code: Code) {
        self.code_if_dropped = code;
    }

    /// Ends the call. Only the first end counts.
    #[inline]
    pub(crate) fn end(&mut self, code: Code, cause: Cause<'_>) {
        if self.observer.is_none() {
            return;
        }
        let elapsed = self.elapsed();
        // After a disconnect, the handler's response reaches no client, so its code is not the call's.
        let (code, cause) =
            if self.disconnected { (self.code_if_dropped, Cause::Dropped) } else { (code, cause) };
        // Client and server both enforce the deadline. If the other side is first, this side gets tonic's `Cancelled`.
        let late = code == Code::Cancelled && self.is_late(elapsed);
        self.finish(if late { Code::DeadlineExceeded } else { code }, elapsed, cause);
    }

    fn is_late(&self, elapsed: Option<Duration>) -> bool {
        self.timeout.zip(elapsed).is_some_and(|(timeout, elapsed)| deadline::has_passed(timeout, elapsed))
    }

    fn elapsed(&self) -> Option<Duration> {
        self.started.map(Moment::elapsed)
    }

    fn finish(&mut self, code: Code, elapsed: Option<Duration>, cause: Cause<'_>) {
        if let Some(observer) = self.observer.take() {
            let span = if observer.needs_span() { observer.sampled_span() } else { None };
            observer.end(&CallEnd { code, elapsed, cause, span });
        }
    }

    /// Runs a step of the wrapped service in the observer's scope. If the step panics, the call ends as `Internal` and
    /// the panic continues.
    #[inline]
    pub(crate) fn watch<T>(&mut self, step: impl FnOnce() -> T) -> T {
        struct OnPanic<'a, C: CallObserver>(Option<&'a mut Call<C>>);
        impl<C: CallObserver> Drop for OnPanic<'_, C> {
            fn drop(&mut self) {
                if let Some(call) = self.0.take() {
                    call.finish(Code::Internal, call.elapsed(), Cause::Panicked);
                }
            }
        }
        let mut on_panic = OnPanic(Some(self));
        let observer = on_panic.0.as_deref().and_then(Call::observer);
        let (result, disconnected) = disconnect::during(|| match observer {
            Some(observer) => observer.in_scope(step),
            None => step(),
        });
        if let Some(call) = on_panic.0.take()
            && disconnected
        {
            call.disconnected = true;
        }
        result
    }
}

/// [`Call::watch`] for a request that may not be observed.
pub(crate) fn watch<C: CallObserver, T>(call: &mut Option<Call<C>>, step: impl FnOnce() -> T) -> T {
    match call {
        Some(call) => call.watch(step),
        None => step(),
    }
}

impl<C: CallObserver> Drop for Call<C> {
    fn drop(&mut self) {
        if self.observer.is_none() {
            return;
        }
        let elapsed = self.elapsed();
        let code = if self.is_late(elapsed) { Code::DeadlineExceeded } else { self.code_if_dropped };
        self.finish(code, elapsed, Cause::Dropped);
    }
}
