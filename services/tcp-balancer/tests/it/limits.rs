//! `max_connections`, idle timeouts, and many connections at a time.

use testkit::{Scrape, eventually};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::support::peers::{Peer, read_to_end, round_trip};
use crate::support::program::Process;
use crate::support::{Fixture, NO_SERVERS, TIMEOUT, hello};

#[tokio::test]
async fn a_full_server_refuses_and_counts_further_connections() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "max_connections = 2")).await;
    let (mut first, mut second) = (fixture.connect().await, fixture.connect().await);
    for client in [&mut first, &mut second] {
        assert_eq!(round_trip(client, b"in").await, b"in");
    }
    for _ in 0..3 {
        assert_eq!(read_to_end(&mut fixture.connect().await).await, "");
    }
    let counts = fixture.counts();
    assert_eq!((counts.active, counts.connections, counts.refused), (2, 2, 3));
    assert_eq!(backend.accepted(), 2);
    drop(first);
    eventually(TIMEOUT, async || fixture.counts().active == 1).await;
    assert_eq!(round_trip(&mut fixture.connect().await, b"in").await, b"in");
    assert_eq!(round_trip(&mut second, b"open").await, b"open");
    let page = fixture.scrape().await;
    let hello = [("server", "hello")];
    assert_eq!(page.value("gobetween_server_max_connections", &hello), 2.0);
    assert_eq!(page.value("gobetween_server_refused_connections_total", &hello), 3.0);
}

#[tokio::test]
async fn the_shorter_idle_timeout_closes_a_connection_without_a_reset() {
    let backend = Peer::echo().await;
    let timeouts = "client_idle_timeout = \"10m\"\nbackend_idle_timeout = \"50ms\"";
    let fixture = Fixture::start(&hello(&[backend.addr], timeouts)).await;
    let mut client = fixture.connect().await;
    assert_eq!(read_to_end(&mut client).await, "");
    fixture.wait_until_idle().await;
}

#[tokio::test]
async fn without_an_idle_timeout_an_idle_connection_stays_open() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut idle = fixture.connect().await;
    for _ in 0..50 {
        let mut other = fixture.connect().await;
        assert_eq!(round_trip(&mut other, b"hello").await, b"hello");
    }
    assert_eq!(round_trip(&mut idle, b"open").await, b"open");
}

#[tokio::test]
async fn a_thousand_connections_use_two_files_each_and_no_more_threads() {
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
        let mut client = TcpStream::connect(balancer).await.expect("connected");
        round_trip(&mut client, b"hello").await;
        clients.push(client);
    }
    let after = (value("process_threads").await, value("process_open_fds").await);
    assert_eq!(after.0, before.0);
    assert!(after.1 - before.1 <= f64::from(2 * CONNECTIONS + 2), "{before:?} {after:?}");
    for client in &mut clients {
        assert_eq!(round_trip(client, b"open").await, b"open");
    }
}

#[tokio::test]
async fn reloads_keep_a_thousand_open_connections() {
    const CONNECTIONS: usize = 1000;
    tcp_balancer::raise_limit();
    let backend = Peer::echo().await;
    let config = hello(&[backend.addr], "");
    let process = Process::start(&config);
    let balancer = process.balancer().await;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = TcpStream::connect(balancer).await.expect("connected");
        round_trip(&mut client, b"hello").await;
        clients.push(client);
    }
    // A changed server, a renamed one, and none.
    let changed = config.replace("bind", "balance = \"leastconn\"\nbind");
    for (reloads, config) in (1..).zip([&changed, &changed.replace("hello", "renamed"), NO_SERVERS]) {
        process.write(config);
        process.program.hang_up();
        eventually(TIMEOUT, async || process.program.log("configuration reloaded").len() == reloads).await;
        for client in &mut clients {
            assert_eq!(round_trip(client, b"open").await, b"open");
        }
    }
    assert_eq!(backend.accepted(), CONNECTIONS as u64);
}

#[tokio::test]
async fn leastconn_spreads_simultaneous_connections_evenly() {
    let (a, b, c) = (Peer::echo().await, Peer::echo().await, Peer::echo().await);
    let fixture = Fixture::start(&hello(&[a.addr, b.addr, c.addr], "balance = \"leastconn\"")).await;
    let mut clients = JoinSet::new();
    for _ in 0..90 {
        let address = fixture.addr();
        clients.spawn(async move {
            let mut client = TcpStream::connect(address).await.expect("connected");
            round_trip(&mut client, b"hello").await;
            client
        });
    }
    let clients = clients.join_all().await;
    let active: Vec<_> = fixture.backend_counts().iter().map(|counts| counts.active).collect();
    assert_eq!(active, [30, 30, 30]);
    drop(clients);
}
