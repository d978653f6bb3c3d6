//! Health checks take unhealthy backends out of service and put healthy ones back.

use std::future::pending;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::peers::{Peer, read_name, read_to_end, unused_address};
use crate::support::{Fixture, TIMEOUT, dns, hello, with_discovery};

fn healthcheck(lines: &str) -> String {
    format!("[servers.hello.healthcheck]\ninterval = \"10ms\"\n{lines}\n")
}

#[tokio::test]
async fn an_http_probe_removes_failing_backends_and_restores_them() {
    let is_healthy = Arc::new(AtomicBool::new(true));
    let status = Arc::clone(&is_healthy);
    let backend = Peer::start(move |mut stream| {
        let is_healthy = status.load(SeqCst);
        async move {
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.unwrap_or_default();
            assert!(read == 0 || request.starts_with(b"GET /healthz?x HTTP/1.1\r\nHost: 127.0.0.1:"));
            let status = if is_healthy { "200 OK" } else { "503 Service Unavailable" };
            let response = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.write_all(response.as_bytes()).await;
        }
    })
    .await;
    let probe = healthcheck(
        "kind = \"probe\"\nprobe_protocol = \"http\"\nprobe_path = \"/healthz?x\"\nfails = 2\npasses = 2",
    );
    let fixture = Fixture::start(&format!("{}{probe}", hello(&[backend.addr], ""))).await;
    for _ in 0..2 {
        is_healthy.store(false, SeqCst);
        eventually(TIMEOUT, async || fixture.live() == [false]).await;
        assert_eq!(read_to_end(&mut fixture.connect().await).await, "", "no backend is healthy");
        let page = fixture.scrape().await;
        assert_eq!(page.value("gobetween_backend_live", &[("server", "hello")]), 0.0);
        is_healthy.store(true, SeqCst);
        eventually(TIMEOUT, async || fixture.live() == [true]).await;
    }
}

#[tokio::test]
async fn a_ping_passes_if_the_backend_accepts_a_connection() {
    let (good, bad) = (Peer::named("good").await, unused_address().await);
    let config = hello(&[bad, good.addr], "balance = \"roundrobin\"");
    let fixture = Fixture::start(&format!("{config}{}", healthcheck("kind = \"ping\""))).await;
    eventually(TIMEOUT, async || fixture.live() == [false, true]).await;
    let refused = fixture.backend_counts()[0].refused;
    for _ in 0..10 {
        assert_eq!(read_name(&mut fixture.connect().await).await, "good");
    }
    assert_eq!(fixture.backend_counts()[0].refused, refused, "an unhealthy backend is not tried");
    let recovered = TcpListener::bind(bad).await.expect("a free port");
    eventually(TIMEOUT, async || fixture.live() == [true, true]).await;
    drop(recovered);
}

#[tokio::test]
async fn a_tcp_probe_passes_if_the_response_has_the_expected_prefix() {
    let right = Peer::start(|stream| respond(stream, b"PONG\xAA and more")).await;
    let wrong = Peer::start(|stream| respond(stream, b"PANG\xAA")).await;
    let short = Peer::start(|stream| respond(stream, b"PO")).await;
    let probe = r"kind = 'probe'
probe_protocol = 'tcp'
probe_strategy = 'starts_with'
probe_send = 'PING\n'
probe_recv = 'PONG\xAA'
initial_status = 'unhealthy'";
    let backends = [right.addr, wrong.addr, short.addr];
    let fixture = Fixture::start(&format!("{}{}", hello(&backends, ""), healthcheck(probe))).await;
    eventually(TIMEOUT, async || fixture.live() == [true, false, false]).await;
    eventually(TIMEOUT, async || wrong.accepted() > 2 && short.accepted() > 2).await;
    assert_eq!(fixture.live(), [true, false, false]);
}

async fn respond(mut stream: TcpStream, response: &[u8]) {
    let mut request = [0; 5];
    if stream.read_exact(&mut request).await.is_ok() {
        assert_eq!(&request, b"PING\n");
        let _ = stream.write_all(response).await;
    }
}

#[tokio::test]
async fn an_initially_unhealthy_backend_gets_no_connections_before_it_passes() {
    let silent = Peer::start(|stream| async move {
        pending::<()>().await;
        drop(stream);
    })
    .await;
    let probe = healthcheck(
        "kind = \"probe\"\nprobe_protocol = \"http\"\ntimeout = \"10m\"\ninitial_status = \"unhealthy\"",
    );
    let fixture = Fixture::start(&format!("{}{probe}", hello(&[silent.addr], ""))).await;
    assert_eq!(read_to_end(&mut fixture.connect().await).await, "");
    assert_eq!(fixture.backend_counts()[0].connections, 0);
}

/// A backend that responds to HTTP checks with these pieces, each in a packet of its own.
async fn responding(pieces: &'static [&'static str]) -> Peer {
    Peer::start(move |mut stream| async move {
        stream.set_nodelay(true).expect("an open socket");
        let _ = stream.read(&mut [0; 1024]).await;
        for piece in pieces {
            let _ = stream.write_all(piece.as_bytes()).await;
            tokio::task::yield_now().await;
        }
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await
}

#[tokio::test]
async fn an_http_probe_passes_by_the_status_of_the_final_response() {
    let backends = [
        responding(&["HTTP/1.1 200 OK\r\n\r\n"]).await,
        responding(&["H", "TTP/1.1 2", "04\r", "\n\r\n"]).await,
        responding(&["HTTP/1.0 302 Found\r\n\r\n"]).await,
        responding(&["HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"]).await,
        responding(&["HTTP/1.1 400 Bad Request\r\n\r\n"]).await,
        responding(&["HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 503 Unavailable\r\n\r\n"]).await,
        responding(&["HTTP/1.1 2000 OK\r\n\r\n"]).await,
        responding(&["HTTP/1.x 200 OK\r\n\r\n"]).await,
    ];
    let addresses: Vec<_> = backends.iter().map(|backend| backend.addr).collect();
    let check = "kind = \"probe\"\nprobe_protocol = \"http\"\ntimeout = \"10s\"\ninitial_status = ";
    for (extra, expected) in [
        ("\"unhealthy\"", [true, true, true, true, false, false, false, false]),
        (
            "\"healthy\"\nprobe_status = \"204,400-499\"",
            [false, true, false, false, true, false, false, false],
        ),
    ] {
        let check = healthcheck(&format!("{check}{extra}"));
        let fixture = Fixture::start(&format!("{}{check}", hello(&addresses, ""))).await;
        eventually(TIMEOUT, async || fixture.live() == expected).await;
    }
}

#[tokio::test]
async fn members_are_checked_when_they_join_and_when_their_addresses_change() {
    let (a, b) = (Peer::echo().await, Peer::echo().await);
    let check =
        "[servers.hello.healthcheck]\nkind = \"ping\"\ninterval = \"1h\"\ninitial_status = \"unhealthy\"\n";
    let (server, records) = dns::start().await;
    let discovery = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n\
         interval = \"20ms\"\n"
    );
    records.add_service("_hello._tcp.test.", 1, a.addr.port(), "a.test.");
    records.add_address("a.test.", Ipv4Addr::LOCALHOST);
    let fixture = Fixture::start(&format!("{}{check}", with_discovery("", &discovery))).await;
    eventually(TIMEOUT, async || fixture.live() == [true]).await;
    records.add_service("_hello._tcp.test.", 1, b.addr.port(), "b.test.");
    // Nothing listens there: the first check fails.
    records.add_address("b.test.", Ipv4Addr::new(127, 0, 0, 3));
    eventually(TIMEOUT, async || fixture.live() == [true, false]).await;
    records.add_address("b.test.", Ipv4Addr::LOCALHOST);
    eventually(TIMEOUT, async || fixture.live() == [true, true]).await;
}
