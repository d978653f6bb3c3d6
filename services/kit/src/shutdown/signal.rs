//! SIGINT and SIGTERM.

use std::io;
use std::process::exit;

use tokio::signal::unix::{Signal, SignalKind, signal as listen};
use tokio_util::sync::CancellationToken;

/// A token that the first SIGINT or SIGTERM cancels. A second one ends the program at once, with the exit code that
/// shells give to a program ended by that signal.
///
/// Call it inside a tokio runtime.
///
/// # Errors
///
/// If the handlers cannot be installed.
pub fn signal() -> io::Result<CancellationToken> {
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        let first = next(&mut interrupt, &mut terminate).await;
        tracing::info!(signal = first.name, "shutting down");
        cancel.cancel();
        let second = next(&mut interrupt, &mut terminate).await;
        tracing::warn!(signal = second.name, "second signal, ending at once");
        exit(128 + second.number);
    });
    Ok(token)
}

struct Received {
    name: &'static str,
    number: i32,
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> Received {
    tokio::select! {
        _ = interrupt.recv() => Received { name: "SIGINT", number: SignalKind::interrupt().as_raw_value() },
        _ = terminate.recv() => Received { name: "SIGTERM", number: SignalKind::terminate().as_raw_value() },
    }
}
