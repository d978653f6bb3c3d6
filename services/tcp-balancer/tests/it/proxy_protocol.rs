//! PROXY protocol headers, as a backend receives them.

use std::net::SocketAddr;

use testkit::eventually;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use crate::support::peers::Peer;
use crate::support::{Fixture, TIMEOUT, hello};

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

/// A server with a PROXY protocol header and a health check, and the bytes and address of its check.
async fn receive_check(version: &str, check: &str) -> (Vec<u8>, SocketAddr, SocketAddr) {
    let (sender, mut received) = mpsc::channel(1);
    let backend = Peer::start(move |mut stream| {
        let sender = sender.clone();
        async move {
            let source = stream.peer_addr().expect("connected");
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes).await;
            let _ = sender.try_send((bytes, source));
        }
    })
    .await;
    let sections = format!(
        "[servers.hello.proxy_protocol]\nversion = \"{version}\"\n[servers.hello.healthcheck]\nkind = \"ping\"\n{check}\n"
    );
    let _fixture = Fixture::start(&format!("{}{sections}", hello(&[backend.addr], ""))).await;
    let (bytes, source) = received.recv().await.expect("the bytes");
    (bytes, source, backend.addr)
}

#[tokio::test]
async fn health_checks_send_the_header_too() {
    let (bytes, source, destination) = receive_check("1", "").await;
    let expected = format!("PROXY TCP4 127.0.0.1 127.0.0.1 {} {}\r\n", source.port(), destination.port());
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
    let (bytes, ..) = receive_check("2", "").await;
    assert_eq!(bytes, b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", "LOCAL, without addresses");
}

#[tokio::test]
async fn health_checks_without_the_header_can_be_configured() {
    let (bytes, ..) = receive_check("2", "proxy_protocol = false").await;
    assert_eq!(bytes, b"");
}

#[tokio::test]
async fn a_backend_that_requires_the_header_stays_healthy() {
    let backend = Peer::start(|stream| async move {
        let mut stream = BufReader::new(stream);
        let mut header = String::new();
        let _ = stream.read_line(&mut header).await;
        if header.starts_with("PROXY TCP4 ") {
            let _ = stream.read_line(&mut header).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
    })
    .await;
    let sections = "[servers.hello.proxy_protocol]\nversion = \"1\"\n[servers.hello.healthcheck]\nkind = \"probe\"\n\
                    probe_protocol = \"http\"\ninterval = \"10ms\"\ninitial_status = \"unhealthy\"\n";
    let fixture = Fixture::start(&format!("{}{sections}", hello(&[backend.addr], ""))).await;
    eventually(TIMEOUT, async || fixture.live() == [true]).await;
    let checks = backend.accepted();
    eventually(TIMEOUT, async || backend.accepted() > checks + 3).await;
    assert_eq!(fixture.live(), [true]);
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
