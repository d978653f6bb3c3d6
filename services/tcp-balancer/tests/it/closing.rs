//! Ends and resets: what one side does is passed on to the other.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::sync::mpsc;

use crate::support::peers::{Peer, read_to_end};
use crate::support::{Fixture, hello};

#[tokio::test]
async fn a_clients_half_close_is_passed_on_and_the_response_is_delivered() {
    let backend = Peer::start(|mut stream| async move {
        let mut request = String::new();
        stream.read_to_string(&mut request).await.expect("read to the end");
        stream.write_all(format!("{} bytes", request.len()).as_bytes()).await.expect("written");
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    client.write_all(b"how long is this?").await.expect("written");
    client.shutdown().await.expect("half closed");
    assert_eq!(read_to_end(&mut client).await, "17 bytes");
    let counts = fixture.wait_until_idle().await;
    assert_eq!((counts.tx, counts.rx), (17, 8));
}

#[tokio::test]
async fn a_backends_half_close_is_passed_on_and_the_upload_is_delivered() {
    let (sender, mut received) = mpsc::channel(1);
    let backend = Peer::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            stream.write_all(b"greeting").await.expect("written");
            stream.shutdown().await.expect("half closed");
            let mut upload = String::new();
            stream.read_to_string(&mut upload).await.expect("read to the end");
            sender.send(upload).await.expect("the test receives");
        }
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    assert_eq!(read_to_end(&mut client).await, "greeting");
    client.write_all(b"a late upload").await.expect("written");
    drop(client);
    assert_eq!(received.recv().await.as_deref(), Some("a late upload"));
}

#[tokio::test]
async fn a_clients_reset_resets_the_backends_connection() {
    let (sender, mut results) = mpsc::channel::<io::Result<u64>>(1);
    let backend = Peer::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            stream.write_all(b"hello").await.expect("written");
            sender.send(copy(&mut stream, &mut sink()).await).await.expect("the test receives");
        }
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    client.read_exact(&mut [0; 5]).await.expect("the greeting");
    client.set_zero_linger().expect("an open socket");
    drop(client);
    let error = results.recv().await.expect("a result").expect_err("a reset, not an end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    fixture.wait_until_idle().await;
}

#[tokio::test]
async fn a_backends_reset_resets_the_clients_connection() {
    let backend = Peer::start(|mut stream| async move {
        stream.read_exact(&mut [0; 5]).await.expect("the request");
        stream.set_zero_linger().expect("an open socket");
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    client.write_all(b"hello").await.expect("written");
    let error = client.read(&mut [0; 5]).await.expect_err("a reset, not an end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    fixture.wait_until_idle().await;
}

#[tokio::test]
async fn a_response_sent_before_a_reset_in_mid_upload_is_delivered() {
    let backend = Peer::start(|mut stream| async move {
        stream.read_exact(&mut [0; 5]).await.expect("the first bytes");
        stream.write_all(b"no, thanks").await.expect("written");
        // Closing a socket with unread bytes sends a reset.
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    while client.write_all(&[0; 100_000]).await.is_ok() {}
    let mut response = [0; 10];
    client.read_exact(&mut response).await.expect("the response");
    assert_eq!(&response, b"no, thanks");
    assert_eq!(fixture.wait_until_idle().await.rx, 10);
}
