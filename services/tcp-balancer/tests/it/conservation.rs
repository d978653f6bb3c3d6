//! Bytes sent, received and counted are equal.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use crate::support::peers::Peer;
use crate::support::{Fixture, TIMEOUT, hello};

const CONNECTIONS: u64 = 200;

/// Bytes that all clients, or all backends, have sent and received.
#[derive(Clone, Default)]
struct PeerCounts {
    sent: Arc<AtomicU64>,
    received: Arc<AtomicU64>,
}

impl PeerCounts {
    fn sums(&self) -> (u64, u64) {
        (self.sent.load(SeqCst), self.received.load(SeqCst))
    }

    /// Sends `bytes` bytes and counts them.
    async fn send(&self, write: &mut (impl AsyncWriteExt + Unpin), mut bytes: u64) {
        let piece = [7; 30_000];
        while bytes > 0 {
            let length = usize::try_from(bytes).unwrap_or(usize::MAX).min(piece.len());
            let Ok(sent) = write.write(&piece[..length]).await else { return };
            self.sent.fetch_add(sent as u64, SeqCst);
            bytes -= sent as u64;
        }
    }

    /// Receives to the end, or until at least `limit` bytes were received, and counts them.
    async fn receive(&self, read: &mut (impl AsyncReadExt + Unpin), mut limit: u64) {
        let mut piece = [0; 50_000];
        while let Ok(read @ 1..) = read.read(&mut piece).await {
            self.received.fetch_add(read as u64, SeqCst);
            limit = limit.saturating_sub(read as u64);
            if limit == 0 {
                return;
            }
        }
    }
}

/// Reproducible pseudo-random sizes in bytes. A third are up to 3 MB, so that the connection is spliced.
fn sizes(seed: u64) -> impl Iterator<Item = u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(move || {
        if random.u8(0..3) == 0 { random.u64(0..3_000_000) } else { random.u64(0..90_000) }
    })
}

/// A backend that sends the next of `sizes(seed)` bytes on each connection, and receives to the end at the same time.
async fn backend(counts: &PeerCounts, seed: u64) -> Peer {
    let (counts, sizes) = (counts.clone(), Arc::new(std::sync::Mutex::new(sizes(seed))));
    Peer::start(move |mut stream| {
        let (counts, sizes) = (counts.clone(), Arc::clone(&sizes));
        async move {
            let bytes = sizes.lock().expect("not poisoned").next().expect("endless");
            let (mut read, mut write) = stream.split();
            let sending = async {
                counts.send(&mut write, bytes).await;
                let _ = write.shutdown().await;
            };
            tokio::join!(sending, counts.receive(&mut read, u64::MAX));
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_backends_and_the_balancer_count_the_same_bytes() {
    let (clients, backends) = (PeerCounts::default(), PeerCounts::default());
    let (a, b) = (backend(&backends, 1).await, backend(&backends, 2).await);
    let fixture = Fixture::start(&hello(&[a.addr, b.addr], "balance = \"roundrobin\"")).await;
    let mut tasks = JoinSet::new();
    for bytes in sizes(3).take(CONNECTIONS.try_into().expect("it fits")) {
        let (counts, mut stream) = (clients.clone(), fixture.connect().await);
        tasks.spawn(async move {
            let (mut read, mut write) = stream.split();
            // The client ends after a random number of bytes, in any state of the other direction.
            let sending = async {
                counts.send(&mut write, bytes).await;
                let _ = write.shutdown().await;
            };
            tokio::join!(sending, counts.receive(&mut read, u64::MAX));
        });
    }
    tasks.join_all().await;
    let counts = fixture.wait_until_idle().await;
    // The backends may still be reading.
    eventually(TIMEOUT, async || clients.sums().0 == backends.sums().1).await;
    let ((sent, received), (responded, delivered)) = (clients.sums(), backends.sums());
    assert_eq!((sent, responded), (delivered, received));
    assert_eq!((counts.tx, counts.rx), (delivered, received));
    assert_eq!(counts.connections, CONNECTIONS);
    let of_backends = fixture.backend_counts();
    assert_eq!(of_backends.iter().map(|counts| counts.tx).sum::<u64>(), delivered);
    assert_eq!(of_backends.iter().map(|counts| counts.rx).sum::<u64>(), received);
    assert!(of_backends.iter().all(|counts| counts.connections == CONNECTIONS / 2), "{of_backends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_of_reset_connections_are_counted_once() {
    let (clients, backends) = (PeerCounts::default(), PeerCounts::default());
    let (a, b) = (backend(&backends, 4).await, backend(&backends, 5).await);
    let fixture = Fixture::start(&hello(&[a.addr, b.addr], "balance = \"leastconn\"")).await;
    let mut tasks = JoinSet::new();
    for (bytes, limit) in sizes(6).zip(sizes(7)).take(CONNECTIONS.try_into().expect("it fits")) {
        let (counts, mut stream) = (clients.clone(), fixture.connect().await);
        tasks.spawn(async move {
            let (mut read, mut write) = stream.split();
            tokio::select! {
                () = counts.send(&mut write, bytes) => {}
                () = counts.receive(&mut read, limit) => {}
            }
            stream.set_zero_linger().expect("an open socket");
        });
    }
    tasks.join_all().await;
    let counts = fixture.wait_until_idle().await;
    let ((sent, received), (responded, delivered)) = (clients.sums(), backends.sums());
    // Bytes that a socket had accepted when a reset discarded them are counted but not received.
    assert!(delivered <= counts.tx && counts.tx <= sent, "{delivered} {} {sent}", counts.tx);
    assert!(received <= counts.rx && counts.rx <= responded, "{received} {} {responded}", counts.rx);
    let of_backends = fixture.backend_counts();
    assert_eq!(of_backends.iter().map(|counts| counts.tx).sum::<u64>(), counts.tx);
    assert_eq!(of_backends.iter().map(|counts| counts.rx).sum::<u64>(), counts.rx);
    assert!(of_backends.iter().all(|counts| counts.active == 0), "{of_backends:?}");
}
