//! What a back end is told of its client.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::support::peers::Peer;
use crate::support::{Lab, hello};

/// What the back end receives from a client that says `hi`; the client's address, and the balancer's.
async fn received(version: &str) -> (Vec<u8>, SocketAddr, SocketAddr) {
    let (tell, mut told) = mpsc::channel(1);
    let backend = Peer::start(move |mut stream| {
        let tell = tell.clone();
        async move {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await.expect("to the end");
            tell.send(all).await.expect("the test waits");
        }
    })
    .await;
    let section = format!("[servers.hello.proxy_protocol]\nversion = \"{version}\"\n");
    let lab = Lab::start(&format!("{}{section}", hello(&[backend.addr], ""))).await;
    let mut client = lab.connect().await;
    client.write_all(b"hi").await.expect("written");
    let address = client.local_addr().expect("connected");
    drop(client);
    let all = told.recv().await.expect("all of it");
    assert_eq!(lab.idle().await.tx, 2, "the header is not the client's");
    (all, address, lab.addr())
}

#[tokio::test]
async fn version_1_comes_before_the_clients_bytes() {
    let (all, client, balancer) = received("1").await;
    let header = format!("PROXY TCP4 127.0.0.1 127.0.0.1 {} {}\r\nhi", client.port(), balancer.port());
    assert_eq!(String::from_utf8_lossy(&all), header);
}

#[tokio::test]
async fn version_2_comes_before_the_clients_bytes() {
    let (all, client, balancer) = received("2").await;
    let ports = [client.port().to_be_bytes(), balancer.port().to_be_bytes()].concat();
    let header = [b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01".as_slice(), &ports, b"hi"];
    assert_eq!(all, header.concat());
}
