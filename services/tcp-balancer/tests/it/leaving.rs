//! Clients that leave while a backend is being connected, and peers that do not answer a half-close.

use std::future::pending;

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::peers::{Peer, Silent, read_name, read_to_end};
use crate::support::{Fixture, TIMEOUT, hello};

/// A server whose only backend does not answer, and a client whose connection is being opened there.
async fn connecting(lines: &str) -> (Fixture, Silent, TcpStream) {
    let silent = Silent::start().await;
    let fixture = Fixture::start(&hello(&[silent.addr], lines)).await;
    let client = fixture.connect().await;
    eventually(TIMEOUT, async || fixture.backend_counts()[0].active == 1).await;
    (fixture, silent, client)
}

/// Waits until the server has no connections. The only client was aborted, and no backend is charged.
async fn assert_aborted(fixture: &Fixture) {
    let counts = fixture.wait_until_idle().await;
    assert_eq!((counts.connections, fixture.hello().failed_connections()), (1, 0));
    assert_eq!((fixture.backend_counts()[0].active, fixture.backend_counts()[0].refused), (0, 0));
    let page = fixture.scrape().await;
    assert_eq!(page.value("gobetween_server_aborted_connections_total", &[("server", "hello")]), 1.0);
}

#[tokio::test]
async fn a_client_that_leaves_without_a_byte_frees_its_slot() {
    let (fixture, _silent, client) = connecting("").await;
    drop(client);
    assert_aborted(&fixture).await;
}

#[tokio::test]
async fn a_client_that_resets_the_connection_frees_its_slot_whatever_it_has_sent() {
    for request in ["", "request"] {
        let (fixture, _silent, mut client) = connecting("").await;
        client.write_all(request.as_bytes()).await.expect("written");
        client.set_zero_linger().expect("an open socket");
        drop(client);
        assert_aborted(&fixture).await;
    }
}

#[tokio::test]
async fn a_client_that_ends_after_its_request_frees_its_slot_with_abort_on_close() {
    let (fixture, _silent, mut client) = connecting("abort_on_close = true").await;
    client.write_all(b"request").await.expect("written");
    drop(client);
    assert_aborted(&fixture).await;
}

#[tokio::test]
async fn a_client_that_ends_its_side_after_its_request_is_served() {
    let silent = Silent::start().await;
    let echo = Peer::echo().await;
    let lines = "balance = \"roundrobin\"\nbackend_connection_timeout = \"300ms\"";
    let fixture = Fixture::start(&hello(&[silent.addr, echo.addr], lines)).await;
    let mut client = fixture.connect().await;
    client.write_all(b"request").await.expect("written");
    client.shutdown().await.expect("half closed");
    assert_eq!(read_to_end(&mut client).await, "request");
    assert_eq!(fixture.hello().aborted_connections(), 0);
    assert_eq!(fixture.backend_counts()[0].refused, 1, "it waited for the first backend");
}

#[tokio::test]
async fn bytes_that_arrive_while_connecting_are_forwarded() {
    let silent = Silent::start().await;
    let echo = Peer::echo().await;
    let lines = "balance = \"roundrobin\"\nbackend_connection_timeout = \"300ms\"";
    let fixture = Fixture::start(&hello(&[silent.addr, echo.addr], lines)).await;
    let mut client = fixture.connect().await;
    client.write_all(b"early").await.expect("written");
    let mut response = [0; 5];
    client.read_exact(&mut response).await.expect("a response");
    assert_eq!(&response, b"early");
}

#[tokio::test]
async fn a_backend_that_does_not_answer_a_half_close_is_closed_after_the_timeout() {
    let backend = Peer::start(|mut stream| async move {
        stream.write_all(b"hello").await.expect("written");
        pending::<()>().await;
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "half_close_timeout = \"50ms\"")).await;
    let mut client = fixture.connect().await;
    assert_eq!(read_name(&mut client).await, "hello");
    client.shutdown().await.expect("half closed");
    assert_eq!(read_to_end(&mut client).await, "");
    assert_eq!(fixture.wait_until_idle().await.rx, 5);
}

#[tokio::test]
async fn a_client_that_does_not_answer_a_half_close_is_closed_after_the_timeout() {
    let backend = Peer::start(|mut stream| async move {
        let _ = stream.shutdown().await;
        pending::<()>().await;
    })
    .await;
    let fixture = Fixture::start(&hello(&[backend.addr], "half_close_timeout = \"50ms\"")).await;
    let mut client = fixture.connect().await;
    assert_eq!(read_to_end(&mut client).await, "");
    fixture.wait_until_idle().await;
}
