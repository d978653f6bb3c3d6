//! Back ends and clients.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::TcpStream;

/// A back end that does the same with each connection.
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

    /// Sends back what comes.
    pub(crate) async fn echo() -> Self {
        Self::start(|mut stream| async move {
            let (mut read, mut write) = stream.split();
            let _ = copy(&mut read, &mut write).await;
            let _ = write.shutdown().await;
        })
        .await
    }

    /// Says its name, then nothing, until the other ends.
    pub(crate) async fn named(name: &'static str) -> Self {
        Self::start(move |mut stream| async move {
            let _ = stream.write_all(name.as_bytes()).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        })
        .await
    }

    /// How many connections it has had.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(SeqCst)
    }
}

/// An address where nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    testkit::listener().await.local_addr().expect("bound")
}

/// Sends these bytes, and reads as many.
pub(crate) async fn round_trip(stream: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    stream.write_all(bytes).await.expect("written");
    let mut answer = vec![0; bytes.len()];
    stream.read_exact(&mut answer).await.expect("an answer");
    answer
}

/// What it says until it ends; nothing if it is cut.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    String::from_utf8(rest).expect("UTF-8")
}

/// Reads the name that [`Peer::named`] says.
pub(crate) async fn name(stream: &mut TcpStream) -> String {
    let mut name = [0; 64];
    let read = stream.read(&mut name).await.expect("a name");
    String::from_utf8(name[..read].to_vec()).expect("UTF-8")
}
