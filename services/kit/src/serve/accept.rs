//! Accepting connections, in spite of errors.

use std::io;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The next connection. A peer that was gone before it could be accepted is passed over; when accepting fails for want
/// of something (file descriptors, memory), it is tried again after a pause that doubles, and logged once.
pub(crate) async fn next(listener: &TcpListener) -> TcpStream {
    let mut pause = FIRST_PAUSE;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // A reply is written in one go: waiting for more only delays it.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                if pause == FIRST_PAUSE {
                    tracing::error!(%error, "cannot accept connections, trying again");
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}
