//! Detection of clients that leave before a backend is connected.

use std::time::Duration;

use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// How often a client with unread bytes is checked for its end: its socket stays readable, so that no event reports it.
const END_CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Waits until the client has left: it has reset the connection, or has ended it without having sent a byte. A client that
/// has sent bytes and ended its side may still wait for the response; with `abort_on_close`, it has left too. `HAProxy`
/// distinguishes the same cases, and its option is `abortonclose`.
///
/// Reads nothing from the socket.
pub(super) async fn has_left(client: &TcpStream, abort_on_close: bool) {
    match client.peek(&mut [0]).await {
        Ok(0) | Err(_) => return,
        Ok(_) => {}
    }
    let end = async {
        if !abort_on_close {
            return std::future::pending().await;
        }
        while client.ready(Interest::READABLE).await.is_ok_and(|ready| !ready.is_read_closed()) {
            sleep(END_CHECK_INTERVAL).await;
        }
    };
    tokio::select! {
        () = end => {}
        _ = client.ready(Interest::ERROR) => {}
    }
}
