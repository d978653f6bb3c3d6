//! Bytes in, bytes out, bytes counted.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::peers::Peer;
use crate::support::{Lab, PATIENCE, hello};

const CONNECTIONS: u64 = 200;

/// Bytes that one kind of peer has sent and received.
#[derive(Clone, Default)]
struct Own {
    sent: Arc<AtomicU64>,
    received: Arc<AtomicU64>,
}

impl Own {
    fn sums(&self) -> (u64, u64) {
        (self.sent.load(SeqCst), self.received.load(SeqCst))
    }

    /// Sends so many bytes, and counts them.
    async fn send(&self, write: &mut (impl AsyncWriteExt + Unpin), mut bytes: u64) {
        let piece = [7; 30_000];
        while bytes > 0 {
            let most = usize::try_from(bytes).unwrap_or(usize::MAX).min(piece.len());
            let Ok(sent) = write.write(&piece[..most]).await else { return };
            self.sent.fetch_add(sent as u64, SeqCst);
            bytes -= sent as u64;
        }
    }

    /// Receives to the end, or at most so many bytes, and counts them.
    async fn receive(&self, read: &mut (impl AsyncReadExt + Unpin), mut most: u64) {
        let mut piece = [0; 50_000];
        while let Ok(read @ 1..) = read.read(&mut piece).await {
            self.received.fetch_add(read as u64, SeqCst);
            most = most.saturating_sub(read as u64);
            if most == 0 {
                return;
            }
        }
    }
}

/// Numbers without a pattern, the same in each run: a third of them too large to be copied all the way.
fn sizes(seed: u64) -> impl Iterator<Item = u64> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(move || {
        if random.u8(0..3) == 0 { random.u64(0..3_000_000) } else { random.u64(0..90_000) }
    })
}

/// A back end that sends so many bytes on each connection, and receives to the end, at the same time.
async fn backend(own: &Own, seed: u64) -> Peer {
    let (own, sizes) = (own.clone(), Arc::new(std::sync::Mutex::new(sizes(seed))));
    Peer::start(move |mut stream| {
        let (own, sizes) = (own.clone(), Arc::clone(&sizes));
        async move {
            let bytes = sizes.lock().expect("not poisoned").next().expect("endless");
            let (mut read, mut write) = stream.split();
            let sending = async {
                own.send(&mut write, bytes).await;
                let _ = write.shutdown().await;
            };
            tokio::join!(sending, own.receive(&mut read, u64::MAX));
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_clients_and_back_ends_send_receive_and_the_balancer_counts_is_the_same() {
    let (clients, backends) = (Own::default(), Own::default());
    let (a, b) = (backend(&backends, 1).await, backend(&backends, 2).await);
    let lab = Lab::start(&hello(&[a.addr, b.addr], "balance = \"roundrobin\"")).await;
    let mut tasks = JoinSet::new();
    for bytes in sizes(3).take(CONNECTIONS.try_into().expect("it fits")) {
        let (own, mut stream) = (clients.clone(), lab.connect().await);
        tasks.spawn(async move {
            let (mut read, mut write) = stream.split();
            // A cut at random: the end comes after any number of bytes, whatever the other side is at.
            let sending = async {
                own.send(&mut write, bytes).await;
                let _ = write.shutdown().await;
            };
            tokio::join!(sending, own.receive(&mut read, u64::MAX));
        });
    }
    tasks.join_all().await;
    let counts = lab.idle().await;
    // The back ends may still read what they have been given.
    eventually(PATIENCE, async || clients.sums().0 == backends.sums().1).await;
    let ((sent, received), (answered, delivered)) = (clients.sums(), backends.sums());
    assert_eq!((sent, answered), (delivered, received));
    assert_eq!((counts.tx, counts.rx), (delivered, received));
    assert_eq!(counts.connections, CONNECTIONS);
    let of_backends = lab.backend_counts();
    assert_eq!(of_backends.iter().map(|counts| counts.tx).sum::<u64>(), delivered);
    assert_eq!(of_backends.iter().map(|counts| counts.rx).sum::<u64>(), received);
    assert!(of_backends.iter().all(|counts| counts.connections == CONNECTIONS / 2), "{of_backends:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_break_off_are_counted_once_too() {
    let (clients, backends) = (Own::default(), Own::default());
    let (a, b) = (backend(&backends, 4).await, backend(&backends, 5).await);
    let lab = Lab::start(&hello(&[a.addr, b.addr], "balance = \"leastconn\"")).await;
    let mut tasks = JoinSet::new();
    for (bytes, most) in sizes(6).zip(sizes(7)).take(CONNECTIONS.try_into().expect("it fits")) {
        let (own, mut stream) = (clients.clone(), lab.connect().await);
        tasks.spawn(async move {
            let (mut read, mut write) = stream.split();
            tokio::select! {
                () = own.send(&mut write, bytes) => {}
                () = own.receive(&mut read, most) => {}
            }
            reset(&stream);
        });
    }
    tasks.join_all().await;
    let counts = lab.idle().await;
    let ((sent, received), (answered, delivered)) = (clients.sums(), backends.sums());
    // What sockets have taken and a reset then threw away is counted, and has not arrived.
    assert!(delivered <= counts.tx && counts.tx <= sent, "{delivered} {} {sent}", counts.tx);
    assert!(received <= counts.rx && counts.rx <= answered, "{received} {} {answered}", counts.rx);
    let of_backends = lab.backend_counts();
    assert_eq!(of_backends.iter().map(|counts| counts.tx).sum::<u64>(), counts.tx);
    assert_eq!(of_backends.iter().map(|counts| counts.rx).sum::<u64>(), counts.rx);
    assert!(of_backends.iter().all(|counts| counts.active == 0), "{of_backends:?}");
}

fn reset(stream: &TcpStream) {
    stream.set_zero_linger().expect("an open socket");
}
