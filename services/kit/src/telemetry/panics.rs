//! Panics as log lines. The standard hook writes to stderr, which blocks the thread while nobody reads it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::time::Duration;
use std::{panic, thread};

use tracing::field;

use crate::line_queue::LineQueue;

/// Maximum time that a panic of the main thread, which ends the process, waits until its line is written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// Logs each panic from now on, with a backtrace if `RUST_BACKTRACE` requests it.
pub(super) fn log() {
    panic::set_hook(Box::new(|panicked| {
        let message = panicked.payload_as_str().unwrap_or("a value that is not a string");
        let location = panicked.location().map(field::display);
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| field::display(&backtrace));
        let thread = thread::current();
        tracing::error!(thread = thread.name(), location, backtrace, "panicked: {message}");
        if thread.name() == Some("main") {
            LineQueue::stdout().finish(FLUSH_TIMEOUT);
        }
    }));
}
