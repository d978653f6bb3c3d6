//! Reloads that move addresses between servers, and addresses that become free.

use std::fmt::Display;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use reqwest::Method;
use tcp_balancer::ReloadCounts;
use testkit::eventually;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::support::peers::{Peer, read_name, round_trip, unused_address};
use crate::support::{Fixture, NO_SERVERS, TIMEOUT, TOKEN, hello};

/// Configuration of the server `name` on `bind` with one backend.
fn server(name: &str, bind: &dyn Display, backend: &Peer) -> String {
    hello(&[backend.addr], "").replace("hello", name).replace("127.0.0.1:0", &bind.to_string())
}

/// A client that connects and reads a byte, again and again.
struct Load {
    is_stopping: Arc<AtomicBool>,
    clients: JoinHandle<(u64, Vec<String>)>,
}

impl Load {
    fn start(address: SocketAddr) -> Self {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopping);
        let clients = tokio::spawn(async move {
            let (mut served, mut errors) = (0, Vec::new());
            while !stop.load(SeqCst) {
                let result = async {
                    let mut stream = TcpStream::connect(address).await?;
                    stream.read_exact(&mut [0; 1]).await
                };
                match result.await {
                    Ok(_) => served += 1,
                    Err(error) => errors.push(error.to_string()),
                }
            }
            (served, errors)
        });
        Self { is_stopping, clients }
    }

    /// Asserts that every client was served, and that there were some.
    async fn assert_all_served(self) {
        self.is_stopping.store(true, SeqCst);
        let (served, errors) = self.clients.await.expect("no panic");
        assert_eq!(errors, [""; 0], "beside {served} clients that were served");
        assert!(served > 0);
    }
}

/// Reloads each of the configurations, several times in turn, while clients connect to `addresses`.
async fn reload_under_load(first: &str, others: &[String], addresses: &[SocketAddr]) -> Fixture {
    const ROUNDS: usize = 5;
    let fixture = Fixture::start(first).await;
    let loads: Vec<_> = addresses.iter().map(|address| Load::start(*address)).collect();
    for _ in 0..ROUNDS {
        for config in others.iter().map(String::as_str).chain([first]) {
            fixture.reload(config).await;
        }
    }
    for load in loads {
        load.assert_all_served().await;
    }
    let expected = ReloadCounts { ok: (ROUNDS * (others.len() + 1)) as u64, failed: 0 };
    assert_eq!(fixture.balancer.reloads(), expected);
    fixture
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_server_keeps_its_port_and_refuses_no_client() {
    let (backend, address) = (Peer::named("backend").await, unused_address().await);
    let renamed = server("renamed", &address, &backend);
    let fixture = reload_under_load(&server("hello", &address, &backend), &[renamed], &[address]).await;
    assert_eq!(fixture.addr(), address);
}

#[tokio::test]
async fn a_renamed_server_keeps_a_port_that_the_system_picked_and_its_connections() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let (address, mut client) = (fixture.addr(), fixture.connect().await);
    round_trip(&mut client, b"before").await;
    fixture.reload(&hello(&[backend.addr], "").replace("hello", "renamed")).await;
    assert_eq!(fixture.addr_of("renamed"), address);
    assert_eq!(round_trip(&mut client, b"after").await, b"after");
    let mut other = TcpStream::connect(address).await.expect("connected");
    assert_eq!(round_trip(&mut other, b"more").await, b"more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_swap_their_addresses() {
    let (a, b) = (Peer::named("a").await, Peer::named("b").await);
    let (first, second) = (unused_address().await, unused_address().await);
    let before = server("hello", &first, &a) + &server("other", &second, &b);
    let swapped = server("hello", &second, &a) + &server("other", &first, &b);
    let fixture = reload_under_load(&before, std::slice::from_ref(&swapped), &[first, second]).await;
    fixture.reload(&swapped).await;
    for (address, expected) in [(first, "b"), (second, "a")] {
        let mut client = TcpStream::connect(address).await.expect("connected");
        assert_eq!(read_name(&mut client).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_moves_between_an_address_and_all_addresses_of_a_port() {
    let (backend, address) = (Peer::named("backend").await, unused_address().await);
    let everywhere = [format!("0.0.0.0:{}", address.port()), format!(":{}", address.port())];
    for wildcard in everywhere {
        let all = server("hello", &wildcard, &backend);
        let fixture = reload_under_load(&server("hello", &address, &backend), &[all], &[address]).await;
        fixture.stop().await;
    }
}

#[tokio::test]
async fn servers_on_overlapping_addresses_are_refused() {
    let (backend, address) = (Peer::named("backend").await, unused_address().await);
    let first = server("hello", &address, &backend);
    let fixture = Fixture::start(&first).await;
    let wildcard = format!("0.0.0.0:{}", address.port());
    let other = server("other", &wildcard, &backend);
    // One server keeps the address, two servers need it, or one takes it over and another one needs it too.
    fixture.reload(&format!("{first}{other}")).await;
    fixture.reload(&format!("{other}{}", server("third", &wildcard, &backend))).await;
    fixture.reload(&format!("{other}{}", server("renamed", &address, &backend))).await;
    assert_eq!(fixture.balancer.reloads(), ReloadCounts { ok: 0, failed: 3 });
    assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
    assert!(StdListener::bind(&wildcard).is_err(), "no other process can share the address");
}

#[tokio::test]
async fn a_removed_servers_address_is_free_when_the_request_returns() {
    let backend = Peer::named("backend").await;
    let fixture = Fixture::start(NO_SERVERS).await;
    let address = unused_address().await;
    let body = format!(
        r#"{{"bind": "{address}", "discovery": {{"kind": "static", "static_list": ["{}"]}}}}"#,
        backend.addr
    );
    for _ in 0..20 {
        assert_eq!(fixture.request(Method::POST, "/servers/new", Some(TOKEN), &body).await.0, 200);
        let mut client = TcpStream::connect(address).await.expect("connected");
        assert_eq!(read_name(&mut client).await, "backend");
        assert_eq!(fixture.request(Method::DELETE, "/servers/new", Some(TOKEN), "").await.0, 200);
        drop(StdListener::bind(address).expect("the address is free"));
        assert_eq!(fixture.balancer.get("new").map(|server| server.name.clone()), None);
    }
}

#[tokio::test]
async fn connections_in_the_accept_queue_of_a_removed_server_are_served() {
    let backend = Peer::named("backend").await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let address = fixture.addr();
    let hello = fixture.hello();
    // On one thread, the accept loop does not run before the reload has removed the server.
    let clients: Vec<_> =
        (0..50).map(|_| std::net::TcpStream::connect(address).expect("connected")).collect();
    std::fs::write(fixture.path(), NO_SERVERS).expect("written");
    fixture.balancer.reload().await.expect("reloaded");
    for client in clients {
        client.set_nonblocking(true).expect("an open socket");
        let mut client = TcpStream::from_std(client).expect("a socket");
        assert_eq!(read_name(&mut client).await, "backend");
    }
    eventually(TIMEOUT, async || hello.traffic.snapshot().active == 0).await;
}
