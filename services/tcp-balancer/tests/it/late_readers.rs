//! A side that fails while the other has not read yet.

use std::io::ErrorKind;
use std::net::SocketAddr;

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};

use crate::support::peers::{Peer, SMALL_BUFFER_BYTES, connect_with_small_buffer, settle};
use crate::support::{Fixture, TIMEOUT, hello};

/// Sizes in bytes at which the last bytes are copied or spliced. The kernel's buffers hold each.
const SIZES: [usize; 3] = [30_000, 100_000, 1_000_000];

/// Reads to the end. Returns the number of bytes, and the error if the end is not clean.
async fn read_all(stream: &mut TcpStream) -> (usize, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let result = stream.read_to_end(&mut bytes).await;
    (bytes.len(), result.err().map(|error| error.kind()))
}

#[tokio::test]
async fn a_client_that_reads_late_gets_what_the_backend_had_sent_before_its_reset() {
    for size in SIZES {
        let (sender, mut streams) = mpsc::channel(1);
        let backend = Peer::start(move |mut stream| {
            let sender = sender.clone();
            async move {
                stream.write_all(&vec![7; size]).await.expect("written");
                sender.send(stream).await.expect("the test receives");
            }
        })
        .await;
        let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
        let mut client = connect_with_small_buffer(fixture.addr()).await;
        let backend = streams.recv().await.expect("a connection");
        eventually(TIMEOUT, async || fixture.counts().rx == size as u64).await;
        backend.set_zero_linger().expect("an open socket");
        drop(backend);
        settle().await;
        assert_eq!(read_all(&mut client).await, (size, Some(ErrorKind::ConnectionReset)));
        assert_eq!(fixture.wait_until_idle().await.rx, size as u64);
    }
}

#[tokio::test]
async fn a_backend_that_reads_late_gets_what_the_client_had_sent_before_its_reset() {
    for size in SIZES {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(SMALL_BUFFER_BYTES).expect("an open socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        let listener = socket.listen(16).expect("listening");
        let address = listener.local_addr().expect("bound");
        let fixture = Fixture::start(&hello(&[address], "")).await;
        let mut client = fixture.connect().await;
        let (mut backend, _) = listener.accept().await.expect("a connection");
        client.write_all(&vec![7; size]).await.expect("written");
        eventually(TIMEOUT, async || fixture.counts().tx == size as u64).await;
        client.set_zero_linger().expect("an open socket");
        drop(client);
        settle().await;
        assert_eq!(read_all(&mut backend).await, (size, Some(ErrorKind::ConnectionReset)));
        assert_eq!(fixture.wait_until_idle().await.tx, size as u64);
    }
}

#[tokio::test]
async fn a_response_sent_before_a_reset_in_mid_upload_is_delivered_to_a_late_reader() {
    const SIZE: usize = 1_000_000;
    let (sender, mut streams) = mpsc::channel(1);
    let backend = Peer::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            stream.read_exact(&mut [0; 5]).await.expect("the first bytes");
            stream.write_all(&[7; SIZE]).await.expect("written");
            sender.send(stream).await.expect("the test receives");
        }
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = connect_with_small_buffer(fixture.addr()).await;
    client.write_all(&[0; 100_000]).await.expect("written");
    let backend = streams.recv().await.expect("a connection");
    eventually(TIMEOUT, async || fixture.counts().rx == SIZE as u64).await;
    // Closing a socket with unread bytes sends a reset.
    drop(backend);
    settle().await;
    let (mut received, mut piece) = (0, [0; 64 << 10]);
    while let Ok(bytes @ 1..) = client.read(&mut piece).await {
        received += bytes;
    }
    assert_eq!(received, SIZE);
    fixture.wait_until_idle().await;
}

#[tokio::test]
async fn a_client_that_never_reads_does_not_hold_its_connection_beyond_the_idle_timeout() {
    let (sender, receiver) = oneshot::channel();
    let sender = std::sync::Mutex::new(Some(sender));
    let backend = Peer::start(move |mut stream| {
        let sender = sender.lock().expect("not poisoned").take();
        async move {
            stream.write_all(&[7; 100_000]).await.expect("written");
            let _ = sender.expect("one connection").send(stream);
        }
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "client_idle_timeout = \"200ms\"")).await;
    let _client = connect_with_small_buffer(fixture.addr()).await;
    let backend = receiver.await.expect("a connection");
    backend.set_zero_linger().expect("an open socket");
    drop(backend);
    fixture.wait_until_idle().await;
}
