//! A backend that can be killed and restarted.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use super::ledger::{Ledger, Side};
use super::protocol::{End, HEADER_BYTES, Request, receive, send};

pub(crate) struct Backend {
    pub(crate) addr: SocketAddr,
    ledger: Arc<Ledger>,
    accepted: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Backend {
    /// Listens on a free port of `ip`, which is not the source of other connections: they never occupy the port.
    pub(crate) async fn start(ip: [u8; 4], ledger: &Arc<Ledger>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::from(ip), 0)).await.expect("a free port");
        let (addr, accepted) = (listener.local_addr().expect("bound"), Arc::default());
        let accepting = tokio::spawn(accept(listener, Arc::clone(ledger), Arc::clone(&accepted)));
        Self { addr, ledger: Arc::clone(ledger), accepted, accepting }
    }

    /// Closes the listener and resets all connections.
    pub(crate) async fn kill(&mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    /// Listens again after [`Backend::kill`].
    pub(crate) async fn restart(&mut self) {
        // Until the kernel has closed the old listener, the address is in use.
        let listener = loop {
            match TcpListener::bind(self.addr).await {
                Ok(listener) => break listener,
                Err(_) => sleep(Duration::from_millis(1)).await,
            }
        };
        self.accepting = tokio::spawn(accept(listener, Arc::clone(&self.ledger), Arc::clone(&self.accepted)));
    }

    /// Number of connections accepted since the start.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(SeqCst)
    }
}

async fn accept(listener: TcpListener, ledger: Arc<Ledger>, accepted: Arc<AtomicU64>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        accepted.fetch_add(1, SeqCst);
        connections.spawn(serve(Connection { stream, is_done: false }, Arc::clone(&ledger)));
        while connections.try_join_next().is_some() {}
    }
}

/// A connection that is reset unless it is done.
struct Connection {
    stream: TcpStream,
    is_done: bool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = self.stream.set_zero_linger();
        }
    }
}

/// Records the side when it is dropped: a killed backend has received what it has received.
struct Record {
    ledger: Arc<Ledger>,
    id: u64,
    side: Side,
}

impl Drop for Record {
    fn drop(&mut self) {
        self.ledger.add_backend(self.id, self.side);
    }
}

async fn serve(mut connection: Connection, ledger: Arc<Ledger>) {
    let mut header = [0; HEADER_BYTES];
    if connection.stream.read_exact(&mut header).await.is_err() {
        return;
    }
    let Request { id, up, down, reset_after } = Request::decode(&header);
    let mut record = Record { ledger, id, side: Side { header: HEADER_BYTES as u64, ..Side::default() } };
    let Side { sent, received, .. } = &mut record.side;
    let (mut read, mut write) = connection.stream.split();
    if reset_after < down {
        let _ = send(&mut write, id, reset_after, sent).await;
        return;
    }
    let sending = async {
        send(&mut write, id, down, sent).await?;
        write.shutdown().await
    };
    let (result, end) = tokio::join!(sending, receive(&mut read, id, u64::MAX, Duration::ZERO, received));
    let end = end.with_sending(&result);
    if end == End::Corrupt {
        record.ledger.violation(format!("a byte of client {id} has changed"));
    }
    connection.is_done = result.is_ok() && end == End::Ended;
    record.side.is_complete = connection.is_done && record.side.received == up;
    if end == End::Ended && record.side.received != up {
        // A client that stops early resets the connection.
        record.ledger.violation(format!("client {id}'s upload ended early without a reset"));
    }
}
