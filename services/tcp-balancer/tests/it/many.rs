//! Many connections at a time.

use testkit::Scrape;

use crate::support::peers::{Peer, round_trip};
use crate::support::program::Process;
use crate::support::{Lab, hello};

#[tokio::test]
async fn a_thousand_connections_need_no_more_threads_and_two_files_each() {
    const CONNECTIONS: u32 = 1000;
    tcp_balancer::raise_limit();
    let backend = Peer::echo().await;
    let process = Process::start(&hello(&[backend.addr], ""));
    let metrics = process.program.url("--rest-port", "/metrics").await;
    let balancer = process.balancer().await;
    let value = async |name: &str| Scrape::get(&metrics).await.value(name, &[]);
    let before = (value("process_threads").await, value("process_open_fds").await);
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = tokio::net::TcpStream::connect(balancer).await.expect("it listens");
        round_trip(&mut client, b"hello").await;
        clients.push(client);
    }
    let after = (value("process_threads").await, value("process_open_fds").await);
    assert_eq!(after.0, before.0);
    assert!(after.1 - before.1 <= f64::from(2 * CONNECTIONS + 2), "{before:?} {after:?}");
    for client in &mut clients {
        assert_eq!(round_trip(client, b"still").await, b"still");
    }
}

#[tokio::test]
async fn leastconn_evens_out_connections_that_come_at_the_same_time() {
    let (a, b, c) = (Peer::echo().await, Peer::echo().await, Peer::echo().await);
    let lab = Lab::start(&hello(&[a.addr, b.addr, c.addr], "balance = \"leastconn\"")).await;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..90 {
        let address = lab.addr();
        clients.spawn(async move {
            let mut client = tokio::net::TcpStream::connect(address).await.expect("it listens");
            round_trip(&mut client, b"hello").await;
            client
        });
    }
    let clients = clients.join_all().await;
    let active: Vec<_> = lab.backend_counts().iter().map(|counts| counts.active).collect();
    assert_eq!(active, [30, 30, 30]);
    drop(clients);
}
