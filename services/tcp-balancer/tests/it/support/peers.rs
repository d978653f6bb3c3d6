//! Fake backends, and what clients do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// Size of a receive buffer that a test's data fills, in bytes.
pub(crate) const SMALL_BUFFER_BYTES: u32 = 4096;

/// A backend that serves each connection in the same way.
pub(crate) struct Peer {
    pub(crate) addr: SocketAddr,
    accepted: Arc<AtomicU64>,
}

impl Peer {
    pub(crate) async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = testkit::listener().await;
        let peer = Self { addr: listener.local_addr().expect("bound"), accepted: Arc::default() };
        let accepted = Arc::clone(&peer.accepted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        peer
    }

    /// Sends back what it receives.
    pub(crate) async fn echo() -> Self {
        Self::start(|mut stream| async move {
            let (mut read, mut write) = stream.split();
            let _ = copy(&mut read, &mut write).await;
            let _ = write.shutdown().await;
        })
        .await
    }

    /// Sends its name, and keeps the connection open until the client ends.
    pub(crate) async fn named(name: &'static str) -> Self {
        Self::start(move |mut stream| async move {
            let _ = stream.write_all(name.as_bytes()).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        })
        .await
    }

    /// Number of connections accepted since the start.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(SeqCst)
    }
}

/// An address that neither accepts nor refuses connections: its accept queue is full, so that the kernel drops further
/// attempts.
pub(crate) struct Silent {
    pub(crate) addr: SocketAddr,
    _listener: TcpListener,
    queued: Vec<JoinHandle<std::io::Result<TcpStream>>>,
}

impl Silent {
    pub(crate) async fn start() -> Self {
        Self::bind("127.0.0.1:0".parse().expect("an address")).await
    }

    pub(crate) async fn bind(addr: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(addr).expect("a free port");
        let listener = socket.listen(0).expect("listening");
        let addr = listener.local_addr().expect("bound");
        let queued: Vec<_> = (0..4).map(|_| tokio::spawn(TcpStream::connect(addr))).collect();
        testkit::eventually(super::TIMEOUT, async || queued.iter().any(JoinHandle::is_finished)).await;
        Self { addr, _listener: listener, queued }
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        self.queued.iter().for_each(JoinHandle::abort);
    }
}

/// Connects with a small receive buffer: most of what it has not read stays on the sender's side.
pub(crate) async fn connect_with_small_buffer(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(SMALL_BUFFER_BYTES).expect("an open socket");
    socket.connect(address).await.expect("connected")
}

/// Lets the other tasks see what has happened to their sockets.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// An address that refuses connections.
pub(crate) async fn unused_address() -> SocketAddr {
    testkit::listener().await.local_addr().expect("bound")
}

/// Sends `bytes`, and reads as many.
pub(crate) async fn round_trip(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    stream.write_all(bytes).await.expect("written");
    let mut response = vec![0; bytes.len()];
    stream.read_exact(&mut response).await.expect("a response");
    response
}

/// Reads until the connection ends or is reset.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).expect("UTF-8")
}

/// Reads the name that a [`Peer::named`] sends.
pub(crate) async fn read_name(stream: &mut TcpStream) -> String {
    let mut name = [0; 64];
    let length = stream.read(&mut name).await.expect("a name");
    String::from_utf8(name[..length].to_vec()).expect("UTF-8")
}
