//! Clients, each of which does something else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::ledger::{Ledger, Side};
use super::protocol::{End, HEADER_BYTES, Request, receive, send};

/// What a client does.
#[derive(Clone, Copy, Debug)]
enum Behavior {
    /// Sends everything, ends its side and receives to the end. Pauses in between.
    Exchange(Duration),
    /// Leaves without a byte.
    Leave,
    /// Resets the connection after this number of bytes sent.
    StopSending(u64),
    /// Resets the connection after this number of bytes received.
    StopReceiving(u64),
}

/// Connects to `server` again and again until `end`. Returns the number of connections. Each one's number is `index` plus a
/// multiple of `workers`.
pub(crate) async fn run(
    server: SocketAddr,
    [index, workers]: [u64; 2],
    connected: Arc<AtomicU64>,
    ledger: Arc<Ledger>,
    end: Instant,
) {
    let mut random = fastrand::Rng::with_seed(index);
    let mut id = index;
    while Instant::now() < end {
        let Ok(stream) = TcpStream::connect(server).await else {
            ledger.violation(format!("{server} does not listen"));
            return;
        };
        connected.fetch_add(1, SeqCst);
        let up = size(&mut random);
        let down = size(&mut random);
        let reset_after = if random.u8(..8) == 0 { random.u64(..=down) } else { u64::MAX };
        let behavior = match random.u8(..16) {
            0 => Behavior::Leave,
            1 | 2 => Behavior::StopSending(random.u64(..=up)),
            3 | 4 => Behavior::StopReceiving(random.u64(..=down)),
            5 => Behavior::Exchange(Duration::from_millis(random.u64(1..300))),
            _ => Behavior::Exchange(Duration::ZERO),
        };
        let request = Request { id, up, down, reset_after };
        let side = exchange(stream, request, behavior, &ledger).await;
        ledger.add_client(id, side);
        id += workers;
    }
}

/// A number of bytes. An eighth are large enough to be spliced.
fn size(random: &mut fastrand::Rng) -> u64 {
    if random.u8(..8) == 0 { random.u64(..1_000_000) } else { random.u64(..20_000) }
}

async fn exchange(mut stream: TcpStream, request: Request, behavior: Behavior, ledger: &Ledger) -> Side {
    let Request { id, up, down, .. } = request;
    let mut side = Side::default();
    if matches!(behavior, Behavior::Leave) {
        return side;
    }
    side.header = HEADER_BYTES as u64;
    let (mut read, mut write) = stream.split();
    let header = write.write_all(&request.encode()).await;
    let Side { sent, received, .. } = &mut side;
    let end = match behavior {
        Behavior::Leave => return side,
        Behavior::StopSending(limit) => {
            if header.is_ok() {
                let _ = send(&mut write, id, limit, sent).await;
            }
            End::Limit
        }
        Behavior::StopReceiving(limit) => {
            let failure = async {
                if header.is_ok() && send(&mut write, id, up, sent).await.is_ok() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                end = receive(&mut read, id, limit, Duration::ZERO, received) => end,
                () = failure => End::Failed,
            }
        }
        Behavior::Exchange(stall) => {
            let sending = async {
                header?;
                send(&mut write, id, up, sent).await?;
                write.shutdown().await
            };
            let (result, end) = tokio::join!(sending, receive(&mut read, id, u64::MAX, stall, received));
            let end = end.with_sending(&result);
            side.is_complete = result.is_ok() && end == End::Ended && side.received == down;
            end
        }
    };
    match end {
        End::Corrupt => ledger.violation(format!("a byte of the backend of {id} has changed")),
        // A connection without a backend has no bytes.
        End::Ended if side.received != down && side.received > 0 => {
            ledger.violation(format!("{} of {down} bytes of {id} without a reset", side.received));
        }
        _ => {}
    }
    if !side.is_complete {
        let _ = stream.set_zero_linger();
    }
    side
}
