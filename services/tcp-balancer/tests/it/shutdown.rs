//! Shutdown with open connections.

use std::time::Duration;

use prometheus::{Encoder, Registry, TextEncoder};
use tcp_balancer::ChangeError;
use testkit::eventually;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::support::peers::{Peer, round_trip};
use crate::support::{Fixture, LONG_GRACE, TIMEOUT, hello};

#[tokio::test]
async fn open_connections_continue_and_are_counted_while_new_ones_are_refused() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start_with(&hello(&[backend.addr], ""), None, LONG_GRACE, Registry::new()).await;
    let (address, mut client) = (fixture.addr(), fixture.connect().await);
    round_trip(&mut client, b"before").await;
    let (url, server, balancer) = (fixture.url("/metrics"), fixture.hello(), fixture.balancer.clone());
    let stopping = tokio::spawn(fixture.stop());
    eventually(TIMEOUT, async || TcpStream::connect(address).await.is_err()).await;
    assert_eq!(round_trip(&mut client, b"after!").await, b"after!");
    assert!(matches!(balancer.reload().await, Err(ChangeError::ShuttingDown)));
    let page = testkit::Scrape::get(url).await;
    assert_eq!(page.value("gobetween_server_tx_total", &[("server", "hello")]), 12.0);
    drop(client);
    stopping.await.expect("no panic");
    let counts = server.traffic.snapshot();
    assert_eq!((counts.active, counts.tx, counts.rx), (0, 12, 12));
}

#[tokio::test]
async fn connections_open_after_the_grace_period_are_reset_and_their_bytes_are_counted() {
    let backend = Peer::echo().await;
    let registry = Registry::new();
    let grace = Duration::from_millis(50);
    let fixture = Fixture::start_with(&hello(&[backend.addr], ""), None, grace, registry.clone()).await;
    let mut client = fixture.connect().await;
    round_trip(&mut client, b"7 bytes").await;
    fixture.stop().await;
    assert!(client.read(&mut [0; 1]).await.is_err(), "a reset, not an end");
    let mut page = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut page).expect("a page");
    let page = prometheus_text::parse(&String::from_utf8(page).expect("UTF-8")).expect("a valid page");
    let hello = [("server", "hello")];
    assert_eq!(page.value("gobetween_server_tx_total", &hello), Some(7.0));
    assert_eq!(page.value("gobetween_server_rx_total", &hello), Some(7.0));
    assert_eq!(page.value("gobetween_server_active_connections", &hello), Some(0.0));
}
