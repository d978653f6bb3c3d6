//! Shortages of the balancer's own resources.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use testkit::{Program, Scrape, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::peers::{Peer, round_trip};
use crate::support::program::file;
use crate::support::{TIMEOUT, dns, hello, with_discovery};

/// Enough for the runtime, REST and a few connections.
const OPEN_FILES: u32 = 64;

#[tokio::test]
async fn without_descriptors_clients_wait_and_no_backend_is_blamed() {
    let backend = Peer::echo().await;
    let check = "[servers.hello.healthcheck]\nkind = \"ping\"\ninterval = \"20ms\"\n";
    let file = file(&format!("{}{check}", hello(&[backend.addr], "backend_connection_timeout = \"1m\"")));
    let mut limited = testkit::command("prlimit", &[("REST_PORT", "0")]);
    limited.arg(format!("--nofile={OPEN_FILES}")).arg(env!("CARGO_BIN_EXE_tcp-balancer"));
    limited.env("CONFIG", file.path());
    let mut program = Program::start(&mut limited);
    let metrics = program.url("--rest-port", "/metrics").await;
    let listening = program.line(|line| line["message"] == "listening" && line["server"] == "hello").await;
    let balancer = listening["address"].as_str().expect("an address").to_owned();
    let mut clients = Vec::new();
    for _ in 0..OPEN_FILES {
        clients.push(TcpStream::connect(&balancer).await.expect("in the accept queue"));
    }
    program.logged("out of resources, connections wait").await;
    // With a quarter of the clients, there are enough descriptors.
    clients.truncate(OPEN_FILES as usize / 4);
    for client in &mut clients {
        assert_eq!(round_trip(client, b"hello").await, b"hello");
    }
    let page = Scrape::get(&metrics).await;
    assert!(page.value("tcp_balancer_resource_shortages_total", &[("reason", "files")]) > 0.0);
    assert_eq!(page.value("gobetween_backend_refused_connections_total", &[]), 0.0);
    assert_eq!(page.value("gobetween_backend_ejected", &[]), 0.0);
    assert_eq!(page.value("gobetween_backend_live", &[]), 1.0);
    assert_eq!(page.value("gobetween_server_failed_connections_total", &[]), 0.0);
    assert_eq!(program.log("out of resources, connections wait").len(), 1, "one line per burst");
    assert!(program.log("unhealthy").is_empty());
    drop(clients);
    program.terminate().await;
}

/// Discoveries that lose their backends if a lookup fails.
fn discoveries(dns: SocketAddr, backend: SocketAddr) -> [(&'static str, String); 3] {
    let port = backend.port();
    [
        (
            "dns",
            format!("dns_lookup_server = \"{dns}\"\ndns_lookup_pattern = \"host.test.\"\ndns_port = {port}"),
        ),
        ("srv", format!("srv_lookup_server = \"{dns}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"")),
        ("static", format!("static_list = [\"localhost:{port}\"]")),
    ]
}

/// A backend that sends back what it receives, and the number of its connections that begin as health checks do.
async fn counting_checks() -> (Peer, Arc<AtomicU64>) {
    let checks = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&checks);
    let backend = Peer::start(move |mut stream| {
        let counted = Arc::clone(&counted);
        async move {
            let mut request = [0; 5];
            while stream.read_exact(&mut request).await.is_ok() {
                counted.fetch_add(u64::from(request == *b"check"), SeqCst);
                let _ = stream.write_all(&request).await;
            }
        }
    })
    .await;
    (backend, checks)
}

#[tokio::test]
async fn lookups_without_descriptors_change_no_backends_whatever_the_policy() {
    let (backend, checks) = counting_checks().await;
    let (dns, records) = dns::start().await;
    records.add_address("host.test.", Ipv4Addr::LOCALHOST);
    records.add_service("_hello._tcp.test.", 1, backend.addr.port(), "host.test.");
    for (kind, lines) in discoveries(dns, backend.addr) {
        let section = format!("kind = \"{kind}\"\n{lines}\ninterval = \"20ms\"\nfailpolicy = \"setempty\"");
        // A backend that was removed and comes back would be checked a second time.
        let check = "[servers.hello.healthcheck]\nkind = \"probe\"\nprobe_protocol = \"tcp\"\n\
                     probe_send = \"check\"\nprobe_recv = \"check\"\ninterval = \"1h\"\n";
        let server = with_discovery("backend_connection_timeout = \"1m\"", &section);
        let file = file(&format!("{server}{check}"));
        let mut limited = testkit::command("prlimit", &[("REST_PORT", "0")]);
        limited.arg(format!("--nofile={OPEN_FILES}")).arg(env!("CARGO_BIN_EXE_tcp-balancer"));
        limited.env("CONFIG", file.path());
        let checks_before = checks.load(SeqCst);
        let mut program = Program::start(&mut limited);
        let metrics = program.url("--rest-port", "/metrics").await;
        let listening =
            program.line(|line| line["message"] == "listening" && line["server"] == "hello").await;
        let balancer = listening["address"].as_str().expect("an address").to_owned();
        eventually(TIMEOUT, async || checks.load(SeqCst) > checks_before).await;
        let mut clients = Vec::new();
        for _ in 0..OPEN_FILES {
            clients.push(TcpStream::connect(&balancer).await.expect("in the accept queue"));
        }
        let failed = program.logged("discovery failed").await;
        let error = failed["error"].as_str().expect("a text");
        assert!(error.contains("out of resources"), "{kind}: {error}");
        clients.truncate(OPEN_FILES as usize / 4);
        for client in &mut clients {
            assert_eq!(round_trip(client, b"hello").await, b"hello", "{kind}");
        }
        program.logged("discovery recovered").await;
        let page = Scrape::get(&metrics).await;
        let short = [("server", "hello"), ("reason", "shortage")];
        assert!(page.value("gobetween_server_discovery_failures_total", &short) > 0.0, "{kind}");
        assert_eq!(page.value("gobetween_server_backends", &[("state", "live")]), 1.0, "{kind}");
        assert_eq!(checks.load(SeqCst), checks_before + 1, "{kind}: the backend was removed in between");
        drop(clients);
        program.terminate().await;
    }
}
