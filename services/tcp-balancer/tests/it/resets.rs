//! A connection that breaks on one side is no end on the other.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::support::peers::Peer;
use crate::support::{Lab, hello};

#[tokio::test]
async fn a_clients_reset_is_the_back_ends() {
    let (tell, mut told) = mpsc::channel::<io::Result<u64>>(1);
    let backend = Peer::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            stream.write_all(b"hello").await.expect("written");
            let result = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            tell.send(result).await.expect("the test waits");
        }
    })
    .await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut client = lab.connect().await;
    client.read_exact(&mut [0; 5]).await.expect("a greeting");
    client.set_zero_linger().expect("an open socket");
    drop(client);
    let error = told.recv().await.expect("it is told").expect_err("it is no end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    lab.idle().await;
}

#[tokio::test]
async fn what_a_back_end_says_before_it_hangs_up_in_the_middle_of_an_upload_arrives() {
    let backend = Peer::start(|mut stream| async move {
        stream.read_exact(&mut [0; 5]).await.expect("a greeting");
        stream.write_all(b"no, thanks").await.expect("written");
        // What it has not read makes its end a reset.
    })
    .await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut client = lab.connect().await;
    while client.write_all(&[0; 100_000]).await.is_ok() {}
    let mut said = [0; 10];
    client.read_exact(&mut said).await.expect("what it said");
    assert_eq!(&said, b"no, thanks");
    assert_eq!(lab.idle().await.rx, 10);
}

#[tokio::test]
async fn a_back_ends_reset_is_the_clients() {
    let backend = Peer::start(|mut stream| async move {
        stream.read_exact(&mut [0; 5]).await.expect("a greeting");
        stream.set_zero_linger().expect("an open socket");
    })
    .await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut client = lab.connect().await;
    client.write_all(b"hello").await.expect("written");
    let error = client.read(&mut [0; 5]).await.expect_err("it is no end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    lab.idle().await;
}
