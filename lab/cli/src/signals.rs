//! SIGINT, SIGTERM and SIGHUP: the first one ends a run early; later ones do not interrupt the clearing of its fault.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first signal cancels. Later signals only print a message, so that pressing Ctrl-C twice does not leave
/// a fault active.
///
/// # Errors
///
/// Returns an error if the handlers cannot be installed.
pub fn cancel_on_signal() -> io::Result<CancellationToken> {
    let signals =
        [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?];
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        let [mut interrupt, mut terminate, mut hangup] = signals;
        loop {
            next(&mut interrupt, &mut terminate, &mut hangup).await;
            if cancel.is_cancelled() {
                eprintln!("waiting until the fault is cleared");
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
