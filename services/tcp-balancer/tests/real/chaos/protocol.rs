//! What clients and backends say to each other: a header, then bytes whose values depend on the connection and the position,
//! in both directions.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

/// Length of an encoded [`Request`].
pub(crate) const HEADER_BYTES: usize = 32;
/// Length of a piece that is written or read at a time.
const PIECE_BYTES: u64 = 16 << 10;

/// The header of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// Number of the connection, unique in the test.
    pub(crate) id: u64,
    /// Number of bytes that the client sends after the header.
    pub(crate) up: u64,
    /// Number of bytes that the backend sends.
    pub(crate) down: u64,
    /// Number of bytes after which the backend resets the connection.
    pub(crate) reset_after: u64,
}

impl Request {
    pub(crate) fn encode(self) -> Vec<u8> {
        [self.id, self.up, self.down, self.reset_after].map(u64::to_be_bytes).concat()
    }

    pub(crate) fn decode(header: &[u8; HEADER_BYTES]) -> Self {
        let number = |index: usize| {
            let bytes = &header[index * 8..index * 8 + 8];
            u64::from_be_bytes(bytes.try_into().expect("8 bytes"))
        };
        Self { id: number(0), up: number(1), down: number(2), reset_after: number(3) }
    }
}

/// Random bytes, of which each connection sends those from another position on, again and again.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut random = fastrand::Rng::with_seed(0);
    std::iter::repeat_with(|| random.u8(..)).take(1_000_003).collect()
});

/// At most `length` bytes of connection `id` at `position`.
fn bytes(id: u64, position: u64, length: u64) -> &'static [u8] {
    let count = BYTES.len() as u64;
    let start = (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) % count + position) % count;
    let end = count.min(start + length);
    &BYTES[start as usize..end as usize]
}

/// Sends `total` bytes. Adds those that the socket has accepted to `sent`.
pub(crate) async fn send(
    sink: &mut (impl AsyncWriteExt + Unpin),
    id: u64,
    total: u64,
    sent: &mut u64,
) -> io::Result<()> {
    while *sent < total {
        let piece = bytes(id, *sent, PIECE_BYTES.min(total - *sent));
        match sink.write(piece).await? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            accepted => *sent += accepted as u64,
        }
    }
    Ok(())
}

/// How receiving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The peer ended its side.
    Ended,
    /// The connection was reset.
    Failed,
    /// The limit is reached.
    Limit,
    /// A byte is not the one that was sent.
    Corrupt,
}

impl End {
    /// How the connection ended, given the result of sending at the same time. Linux reports a reset to one call only: after
    /// a write has failed with it, a read returns 0, although the peer has not ended its side. A write after the peer has
    /// ended its side and then reset the connection fails with another error, `BrokenPipe`.
    pub(crate) fn with_sending(self, sent: &io::Result<()>) -> Self {
        let is_reset = sent.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset);
        if self == Self::Ended && is_reset { Self::Failed } else { self }
    }
}

/// Receives until the end or until at least `limit` bytes were received, and compares each byte with the one that was sent.
/// Pauses for `stall` after the first bytes. Adds the bytes to `received`.
pub(crate) async fn receive(
    source: &mut (impl AsyncReadExt + Unpin),
    id: u64,
    limit: u64,
    stall: Duration,
    received: &mut u64,
) -> End {
    let mut piece = vec![0; PIECE_BYTES as usize];
    let mut has_stalled = stall.is_zero();
    while *received < limit {
        let Ok(length) = source.read(&mut piece).await else { return End::Failed };
        if length == 0 {
            return End::Ended;
        }
        let mut rest = &piece[..length];
        while !rest.is_empty() {
            let expected = bytes(id, *received, rest.len() as u64);
            if !rest.starts_with(expected) {
                return End::Corrupt;
            }
            *received += expected.len() as u64;
            rest = &rest[expected.len()..];
        }
        if !has_stalled {
            has_stalled = true;
            sleep(stall).await;
        }
    }
    End::Limit
}

#[cfg(test)]
mod tests {
    use testkit::eventually;
    use tokio::io::Interest;
    use tokio::net::{TcpListener, TcpStream};

    use super::super::TIMEOUT;
    use super::*;

    const ID: u64 = 1;
    const LENGTH: u64 = 100;

    /// A client's connection whose peer has sent [`LENGTH`] bytes, and the peer.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let (client, peer) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (client, mut peer) = (client.expect("connected"), peer.expect("accepted").0);
        send(&mut peer, ID, LENGTH, &mut 0).await.expect("sent");
        (client, peer)
    }

    /// Sends until that fails, then receives to the end. Returns how the connection ended, and the number of bytes received.
    async fn send_and_receive(mut client: TcpStream) -> (End, u64) {
        let sent = send(&mut client, ID, u64::MAX, &mut 0).await;
        let mut received = 0;
        let end = receive(&mut client, ID, u64::MAX, Duration::ZERO, &mut received).await;
        (end.with_sending(&sent), received)
    }

    #[tokio::test]
    async fn a_reset_that_a_write_reports_is_not_an_end() {
        let (client, peer) = connection().await;
        peer.set_zero_linger().expect("an open socket");
        drop(peer);
        assert_eq!(send_and_receive(client).await, (End::Failed, LENGTH));
    }

    #[tokio::test]
    async fn an_end_before_a_reset_is_an_end() {
        let (client, peer) = connection().await;
        // The peer's kernel ends its side, and resets the connection when bytes arrive.
        drop(peer);
        eventually(TIMEOUT, async || {
            client.ready(Interest::READABLE).await.expect("an open socket").is_read_closed()
        })
        .await;
        assert_eq!(send_and_receive(client).await, (End::Ended, LENGTH));
    }
}
