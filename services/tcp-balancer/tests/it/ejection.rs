//! Passive ejection: `max_fails` and `fail_timeout`.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use testkit::eventually;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::support::dns;
use crate::support::peers::{Peer, Silent, read_name, read_to_end, unused_address};
use crate::support::{Fixture, TIMEOUT, hello, with_discovery};

#[tokio::test]
async fn a_backend_without_connections_that_refuses_does_not_attract_leastconns_clients() {
    for (limits, refusals) in [("", 1), ("max_fails = 3\nfail_timeout = \"1m\"", 3)] {
        let (good, refusing) = (Peer::named("good").await, unused_address().await);
        let lines = format!("balance = \"leastconn\"\n{limits}");
        let fixture = Fixture::start(&hello(&[refusing, good.addr], &lines)).await;
        let mut clients = Vec::new();
        for _ in 0..20 {
            let mut client = fixture.connect().await;
            assert_eq!(read_name(&mut client).await, "good");
            clients.push(client);
        }
        assert_eq!(fixture.backend_counts()[0].refused, refusals);
        let port = refusing.port().to_string();
        let page = fixture.scrape().await;
        assert_eq!(page.value("gobetween_backend_ejected", &[("port", &port)]), 1.0);
    }
}

#[tokio::test]
async fn max_fails_0_never_ejects() {
    let (good, refusing) = (Peer::named("good").await, unused_address().await);
    let lines = "balance = \"leastconn\"\nmax_fails = 0";
    let fixture = Fixture::start(&hello(&[refusing, good.addr], lines)).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut client = fixture.connect().await;
        assert_eq!(read_name(&mut client).await, "good");
        clients.push(client);
    }
    assert_eq!(fixture.backend_counts()[0].refused, 10, "it always has the fewest connections");
}

#[tokio::test]
async fn after_fail_timeout_one_client_tries_and_a_success_ends_the_ejection() {
    let (good, address) = (Peer::named("good").await, unused_address().await);
    let lines = "balance = \"roundrobin\"\nfail_timeout = \"50ms\"";
    let fixture = Fixture::start(&hello(&[address, good.addr], lines)).await;
    let is_ejected = || fixture.hello().pool.backends()[0].is_ejected();
    assert_eq!(read_name(&mut fixture.connect().await).await, "good");
    eventually(TIMEOUT, async || !is_ejected()).await;
    let recovered = TcpListener::bind(address).await.expect("a free port");
    let mut clients = Vec::new();
    eventually(TIMEOUT, async || {
        clients.push(fixture.connect().await);
        fixture.backend_counts()[0].connections > 0
    })
    .await;
    assert!(!is_ejected());
    drop(recovered);
}

#[tokio::test]
async fn ejected_backends_serve_if_no_other_is_left() {
    let address = unused_address().await;
    let fixture = Fixture::start(&hello(&[address], "fail_timeout = \"1h\"")).await;
    let mut client = fixture.connect().await;
    assert_eq!(read_to_end(&mut client).await, "");
    assert!(fixture.hello().pool.backends()[0].is_ejected());
    let recovered = TcpListener::bind(address).await.expect("a free port");
    let _client = fixture.connect().await;
    recovered.accept().await.expect("the client's connection");
    eventually(TIMEOUT, async || !fixture.hello().pool.backends()[0].is_ejected()).await;
}

#[tokio::test]
async fn a_passing_health_check_ends_the_ejection() {
    let (good, address) = (Peer::named("good").await, unused_address().await);
    let check = "[servers.hello.healthcheck]\nkind = \"ping\"\ninterval = \"10ms\"\nfails = 1000000\n";
    let lines = "balance = \"roundrobin\"\nfail_timeout = \"1h\"";
    let fixture = Fixture::start(&format!("{}{check}", hello(&[address, good.addr], lines))).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "good");
    assert!(fixture.hello().pool.backends()[0].is_ejected());
    let recovered = TcpListener::bind(address).await.expect("a free port");
    eventually(TIMEOUT, async || !fixture.hello().pool.backends()[0].is_ejected()).await;
    drop(recovered);
}

#[tokio::test]
async fn an_entrys_limits_precede_those_of_its_server() {
    let good = Peer::named("good").await;
    let [never, twice, default] = [unused_address().await, unused_address().await, unused_address().await];
    let list = format!(
        "\"{never} max_fails=0\", \"{twice} max_fails=2 fail_timeout=1h\", \"{default}\", \"{} weight=1\"",
        good.addr
    );
    let lines = "balance = \"leastconn\"\nmax_fails = 3\nfail_timeout = \"1m\"";
    let section = format!("kind = \"static\"\nstatic_list = [{list}]");
    let fixture = Fixture::start(&with_discovery(lines, &section)).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut client = fixture.connect().await;
        assert_eq!(read_name(&mut client).await, "good");
        clients.push(client);
    }
    let refused: Vec<_> = fixture.backend_counts().iter().map(|counts| counts.refused).collect();
    assert_eq!(refused, [10, 2, 3, 0]);
    let (_, stats) = fixture.get("/servers/hello/stats").await;
    let limits = |index: usize| {
        let backend = &stats["backends"][index];
        (backend["max_fails"].as_u64(), backend["fail_timeout"].as_str())
    };
    assert_eq!(limits(0), (Some(0), Some("1m")));
    assert_eq!(limits(1), (Some(2), Some("1h")));
    assert_eq!(limits(2), (Some(3), Some("1m")));
    let (_, config) = fixture.get("/servers/hello").await;
    let entry = format!("{twice} weight=1 priority=1 max_fails=2 fail_timeout=1h");
    assert_eq!(config["discovery"]["static_list"][1], entry);
}

#[tokio::test]
async fn a_reload_with_other_limits_ends_or_begins_an_ejection() {
    let (good, refusing) = (Peer::named("good").await, unused_address().await);
    let lines = |limits: &str| format!("balance = \"leastconn\"\nfail_timeout = \"1h\"\n{limits}");
    let config = |limits: &str| hello(&[refusing, good.addr], &lines(limits));
    let fixture = Fixture::start(&config("")).await;
    let is_ejected = || fixture.hello().pool.backends()[0].is_ejected();
    let _client = fixture.connect().await;
    eventually(TIMEOUT, async || is_ejected()).await;
    fixture.reload(&config("max_fails = 0")).await;
    assert!(!is_ejected());
    fixture.reload(&config("max_fails = 1")).await;
    assert!(is_ejected());
    let of_entry = config("").replace(&refusing.to_string(), &format!("{refusing} max_fails=0"));
    fixture.reload(&of_entry).await;
    eventually(TIMEOUT, async || !is_ejected()).await;
}

/// A client's attempt at an address that the backend no longer has by the time it fails.
#[tokio::test]
async fn an_attempt_at_earlier_addresses_does_not_eject_the_backend() {
    let silent = Silent::start().await;
    let port = silent.addr.port();
    let next = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), port)).await.expect("a free port");
    let (server, records) = dns::start().await;
    records.add_service("_hello._tcp.test.", 1, port, "host.test.");
    records.add_address("host.test.", Ipv4Addr::LOCALHOST);
    let discovery = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n\
         interval = \"20ms\"\n"
    );
    let lines = "fail_timeout = \"1h\"\nbackend_connection_timeout = \"1m\"";
    let fixture = Fixture::start(&with_discovery(lines, &discovery)).await;
    let mut waiting = fixture.connect().await;
    eventually(TIMEOUT, async || fixture.backend_counts().iter().any(|counts| counts.active == 1)).await;
    let backend = Arc::clone(&fixture.hello().pool.backends()[0]);
    records.clear();
    records.add_service("_hello._tcp.test.", 1, port, "host.test.");
    records.add_address("host.test.", Ipv4Addr::new(127, 0, 0, 2));
    let mut clients = Vec::new();
    eventually(TIMEOUT, async || {
        clients.push(fixture.connect().await);
        timeout(Duration::from_millis(50), next.accept()).await.is_ok()
    })
    .await;
    // The kernel's next attempt at the old address is refused.
    drop(silent);
    assert_eq!(read_to_end(&mut waiting).await, "");
    assert!(backend.traffic.snapshot().refused > 0);
    assert!(!backend.is_ejected());
}
