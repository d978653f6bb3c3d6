//! Discovery when some lookups fail or do not end.

use std::net::Ipv4Addr;

use hickory_resolver::proto::rr::RecordType;
use testkit::eventually;

use crate::support::dns::{self, Fault, Records};
use crate::support::peers::{Peer, read_name, read_to_end, unused_address};
use crate::support::{Fixture, TIMEOUT, hello, with_discovery};

/// Longer than a test: a lookup without a response does not end.
const NEVER: &str = "timeout = \"600s\"";

fn srv(server: std::net::SocketAddr, lines: &str) -> String {
    let section = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n{lines}"
    );
    with_discovery("balance = \"roundrobin\"", &section)
}

fn dns(server: std::net::SocketAddr, port: u16, lines: &str) -> String {
    let section = format!(
        "kind = \"dns\"\ndns_lookup_server = \"{server}\"\ndns_lookup_pattern = \"hello.test.\"\ndns_port = {port}\n{lines}"
    );
    with_discovery("", &section)
}

fn add_services(records: &Records, services: &[(&str, &Peer)]) {
    for (target, peer) in services {
        records.add_service("_hello._tcp.test.", 1, peer.addr.port(), target);
    }
}

async fn failures(fixture: &Fixture, reason: &str) -> f64 {
    let labels = [("server", "hello"), ("reason", reason)];
    fixture.scrape().await.value("gobetween_server_discovery_failures_total", &labels)
}

#[tokio::test]
async fn a_service_target_that_does_not_exist_is_skipped_and_counted() {
    for policy in ["keeplast", "setempty"] {
        let (good, gone) = (Peer::named("good").await, Peer::named("gone").await);
        let (server, records) = dns::start().await;
        records.add_address("good.test.", Ipv4Addr::LOCALHOST);
        add_services(&records, &[("gone.test.", &gone), ("good.test.", &good), (".", &gone)]);
        let lines = format!("failpolicy = \"{policy}\"\ninterval = \"20ms\"");
        let fixture = Fixture::start(&srv(server, &lines)).await;
        assert_eq!(read_name(&mut fixture.connect().await).await, "good");
        eventually(TIMEOUT, async || failures(&fixture, "not_found").await > 2.0).await;
        assert!(failures(&fixture, "invalid_record").await > 0.0);
        let hosts: Vec<_> =
            fixture.hello().pool.discovered().map(|backend| backend.target.host.clone()).collect();
        assert_eq!(hosts, ["good.test"]);
        // The set still changes.
        records.add_address("gone.test.", Ipv4Addr::LOCALHOST);
        eventually(TIMEOUT, async || fixture.hello().pool.discovered().count() == 2).await;
    }
}

#[tokio::test]
async fn a_service_target_whose_lookup_fails_keeps_its_address_or_loses_it_as_the_policy_says() {
    for (policy, expected) in [("keeplast", 2), ("setempty", 1)] {
        let (a, b) = (Peer::named("a").await, Peer::named("b").await);
        let (server, records) = dns::start().await;
        for host in ["a.test.", "b.test."] {
            records.add_address(host, Ipv4Addr::LOCALHOST);
        }
        add_services(&records, &[("a.test.", &a), ("b.test.", &b)]);
        let lines = format!("failpolicy = \"{policy}\"\ninterval = \"20ms\"");
        let fixture = Fixture::start(&srv(server, &lines)).await;
        eventually(TIMEOUT, async || fixture.hello().pool.discovered().count() == 2).await;
        records.inject("b.test.", RecordType::A, Fault::ServerFailure);
        let before = failures(&fixture, "server_failure").await;
        eventually(TIMEOUT, async || failures(&fixture, "server_failure").await > before + 1.0).await;
        eventually(TIMEOUT, async || fixture.hello().pool.discovered().count() == expected).await;
        assert_ne!(read_name(&mut fixture.connect().await).await, "");
    }
}

#[tokio::test]
async fn addresses_of_one_family_do_not_wait_for_the_other() {
    let backend = Peer::named("backend").await;
    for kind in ["dns", "srv"] {
        let (server, records) = dns::start().await;
        records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
        records.inject("hello.test.", RecordType::AAAA, Fault::Silent);
        add_services(&records, &[("hello.test.", &backend)]);
        let config = match kind {
            "dns" => dns(server, backend.addr.port(), NEVER),
            _ => srv(server, NEVER),
        };
        let fixture = Fixture::start(&config).await;
        assert_eq!(read_name(&mut fixture.connect().await).await, "backend", "{kind}");
    }
}

#[tokio::test]
async fn a_service_target_does_not_wait_for_another() {
    let (fast, slow) = (Peer::named("fast").await, Peer::named("slow").await);
    let (server, records) = dns::start().await;
    records.add_address("fast.test.", Ipv4Addr::LOCALHOST);
    for kind in [RecordType::A, RecordType::AAAA] {
        records.inject("slow.test.", kind, Fault::Silent);
    }
    add_services(&records, &[("slow.test.", &slow), ("fast.test.", &fast)]);
    let fixture = Fixture::start(&srv(server, NEVER)).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "fast");
}

#[tokio::test]
async fn a_failing_family_is_counted_while_the_other_is_used() {
    let backend = Peer::named("backend").await;
    let (server, records) = dns::start().await;
    records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
    records.inject("hello.test.", RecordType::AAAA, Fault::ServerFailure);
    let lines = "failpolicy = \"setempty\"\ninterval = \"20ms\"";
    let fixture = Fixture::start(&dns(server, backend.addr.port(), lines)).await;
    eventually(TIMEOUT, async || failures(&fixture, "server_failure").await > 2.0).await;
    for _ in 0..10 {
        assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
    }
}

#[tokio::test]
async fn a_reload_before_the_first_answer_serves_the_clients_that_wait() {
    let backend = Peer::named("backend").await;
    let (silent, records) = dns::start().await;
    for kind in [RecordType::A, RecordType::AAAA] {
        records.inject("hello.test.", kind, Fault::Silent);
    }
    let fixture = Fixture::start(&dns(silent, backend.addr.port(), NEVER)).await;
    let mut waiting = fixture.connect().await;
    eventually(TIMEOUT, async || records.queries() > 0).await;
    // One reload replaces the lookup, which stays without an answer; the next makes it unnecessary.
    fixture.reload(&dns(silent, unused_address().await.port(), NEVER)).await;
    fixture.reload(&hello(&[backend.addr], "")).await;
    assert_eq!(read_name(&mut waiting).await, "backend");
    assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
}

#[tokio::test]
async fn a_reload_of_other_settings_does_not_abandon_a_lookup() {
    const RELOADS: u64 = 10;
    let backend = Peer::named("backend").await;
    let (server, records) = dns::start().await;
    records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
    for kind in [RecordType::A, RecordType::AAAA] {
        records.inject("hello.test.", kind, Fault::Silent);
    }
    let config = dns(server, backend.addr.port(), "timeout = \"600s\"\ninterval = \"0\"");
    let fixture = Fixture::start(&config).await;
    eventually(TIMEOUT, async || records.queries() >= 2).await;
    for limit in 1..=RELOADS {
        fixture.reload(&config.replace("bind", &format!("max_connections = {limit}\nbind"))).await;
    }
    // A lookup has a query for each family, and repeats it a few times.
    assert!(records.queries() < 2 * RELOADS, "{} queries: lookups were started again", records.queries());
    records.clear();
    records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
    fixture.reload(&config.replace("600s", "601s")).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
}

#[tokio::test]
async fn an_emptied_set_is_visible_at_once() {
    let backend = Peer::named("backend").await;
    let (server, records) = dns::start().await;
    records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
    let lines = "failpolicy = \"setempty\"\ninterval = \"20ms\"";
    let fixture = Fixture::start(&dns(server, backend.addr.port(), lines)).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
    let live = [("server", "hello"), ("state", "live")];
    assert_eq!(fixture.scrape().await.value("gobetween_server_backends", &live), 1.0);
    records.clear();
    eventually(TIMEOUT, async || fixture.scrape().await.value("gobetween_server_backends", &live) == 0.0)
        .await;
    assert_eq!(read_to_end(&mut fixture.connect().await).await, "");
    let page = fixture.scrape().await;
    assert!(page.page().family("gobetween_backend_live").is_none(), "a removed backend has no status");
    assert_eq!(page.value("gobetween_server_count", &[("server", "hello")]), 0.0);
    let total = page.page().family("gobetween_backend_connections_total").expect("retained");
    assert_eq!(total.samples().len(), 1);
}

#[tokio::test]
async fn backends_from_dns_have_a_connection_limit() {
    let backend = Peer::named("backend").await;
    for kind in ["dns", "srv"] {
        let (server, records) = dns::start().await;
        records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
        add_services(&records, &[("hello.test.", &backend)]);
        let config = match kind {
            "dns" => dns(server, backend.addr.port(), "backend_max_connections = 1"),
            _ => srv(server, "backend_max_connections = 1"),
        };
        let fixture = Fixture::start(&config).await;
        let mut first = fixture.connect().await;
        assert_eq!(read_name(&mut first).await, "backend");
        assert_eq!(read_to_end(&mut fixture.connect().await).await, "", "{kind}");
        let (_, stats) = fixture.get("/servers/hello/stats").await;
        assert_eq!(stats["backends"][0]["max_connections"], 1, "{kind}");
    }
}
