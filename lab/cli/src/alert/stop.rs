//! SIGINT, SIGTERM and SIGHUP: the first ends a run early, and no later one keeps it from taking the fault back.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first signal cancels. Later ones are only answered: a user who presses Ctrl-C twice must not be
/// left with a fault.
///
/// # Errors
///
/// If the handlers cannot be installed.
pub fn on_signal() -> io::Result<CancellationToken> {
    let signals =
        [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        let [mut interrupt, mut terminate, mut hangup] = signals;
        loop {
            next(&mut interrupt, &mut terminate, &mut hangup).await;
            if cancel.is_cancelled() {
                eprintln!("the fault is being taken back first");
            }
            cancel.cancel();
        }
    });
    Ok(token)
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal, hangup: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}
