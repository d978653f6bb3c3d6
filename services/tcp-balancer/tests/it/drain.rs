//! The end, with connections open.

use std::time::Duration;

use prometheus::{Encoder, Registry, TextEncoder};
use tcp_balancer::ChangeError;
use testkit::eventually;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::support::peers::{Peer, round_trip};
use crate::support::{LONG_GRACE, Lab, PATIENCE, hello};

#[tokio::test]
async fn connections_go_on_and_are_counted_while_new_ones_are_refused() {
    let backend = Peer::echo().await;
    let lab = Lab::start_with(&hello(&[backend.addr], ""), None, LONG_GRACE, Registry::new()).await;
    let (address, mut client) = (lab.addr(), lab.connect().await);
    round_trip(&mut client, b"before").await;
    let (url, server) = (lab.url("/metrics"), lab.balancer.get("hello").expect("it runs"));
    let balancer = lab.balancer.clone();
    let stopping = tokio::spawn(lab.stop());
    eventually(PATIENCE, async || TcpStream::connect(address).await.is_err()).await;
    assert_eq!(round_trip(&mut client, b"after!").await, b"after!");
    assert!(matches!(balancer.reload().await, Err(ChangeError::Stopping)), "nothing begins any more");
    let page = testkit::Scrape::get(url).await;
    assert_eq!(page.value("gobetween_server_tx_total", &[("server", "hello")]), 12.0);
    drop(client);
    stopping.await.expect("it ended well");
    let counts = server.traffic.snapshot();
    assert_eq!((counts.active, counts.tx, counts.rx), (0, 12, 12));
}

#[tokio::test]
async fn what_outlasts_the_grace_period_is_cut_and_its_bytes_are_counted() {
    let backend = Peer::echo().await;
    let registry = Registry::new();
    let grace = Duration::from_millis(50);
    let lab = Lab::start_with(&hello(&[backend.addr], ""), None, grace, registry.clone()).await;
    let mut client = lab.connect().await;
    round_trip(&mut client, b"seven..").await;
    lab.stop().await;
    assert!(client.read(&mut [0; 1]).await.is_err(), "it is no end");
    let mut page = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut page).expect("a page");
    let page = prometheus_text::parse(&String::from_utf8(page).expect("UTF-8")).expect("a right page");
    let hello = [("server", "hello")];
    assert_eq!(page.value("gobetween_server_tx_total", &hello), Some(7.0));
    assert_eq!(page.value("gobetween_server_rx_total", &hello), Some(7.0));
    assert_eq!(page.value("gobetween_server_active_connections", &hello), Some(0.0));
}
