//! PROXY protocol headers, as a backend receives them.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::support::peers::Peer;
use crate::support::{Fixture, hello};

/// All bytes that a backend receives when a client sends `hi`, the client's address, and the balancer's.
async fn receive(version: &str) -> (Vec<u8>, SocketAddr, SocketAddr) {
    let (sender, mut received) = mpsc::channel(1);
    let backend = Peer::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.expect("read to the end");
            sender.send(bytes).await.expect("the test receives");
        }
    })
    .await;
    let section = format!("[servers.hello.proxy_protocol]\nversion = \"{version}\"\n");
    let fixture = Fixture::start(&format!("{}{section}", hello(&[backend.addr], ""))).await;
    let mut client = fixture.connect().await;
    client.write_all(b"hi").await.expect("written");
    let address = client.local_addr().expect("connected");
    drop(client);
    let bytes = received.recv().await.expect("the bytes");
    assert_eq!(fixture.wait_until_idle().await.tx, 2, "the header is not counted");
    (bytes, address, fixture.addr())
}

#[tokio::test]
async fn version_1_precedes_the_clients_bytes() {
    let (bytes, client, balancer) = receive("1").await;
    let expected = format!("PROXY TCP4 127.0.0.1 127.0.0.1 {} {}\r\nhi", client.port(), balancer.port());
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
}

#[tokio::test]
async fn version_2_precedes_the_clients_bytes() {
    let (bytes, client, balancer) = receive("2").await;
    let ports = [client.port().to_be_bytes(), balancer.port().to_be_bytes()].concat();
    let header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01".as_slice();
    assert_eq!(bytes, [header, &ports, b"hi"].concat());
}
