//! Discovery by DNS.

use std::net::{Ipv4Addr, SocketAddr};

use testkit::eventually;
use tokio::net::TcpListener;

use crate::support::peers::{Peer, read_name, read_to_end, round_trip, unused_address};
use crate::support::{Fixture, TIMEOUT, dns, with_discovery};

const INTERVAL: &str = "interval = \"20ms\"";

/// Hosts of `hello`'s backends that the last lookup returned.
fn discovered(fixture: &Fixture) -> Vec<String> {
    let hello = fixture.hello();
    let backends = hello.pool.backends();
    backends
        .iter()
        .filter(|backend| backend.is_discovered())
        .map(|backend| backend.target.host.clone())
        .collect()
}

/// A configuration whose backends are the addresses of `hello.test.`.
fn with_dns(server: SocketAddr, port: u16, lines: &str) -> String {
    let section = format!(
        "kind = \"dns\"\ndns_lookup_server = \"{server}\"\ndns_lookup_pattern = \"hello.test.\"\ndns_port = {port}\n{lines}"
    );
    with_discovery("balance = \"roundrobin\"", &section)
}

#[tokio::test]
async fn backends_follow_the_addresses_of_a_name() {
    let one = Ipv4Addr::new(127, 0, 0, 1);
    let two = Ipv4Addr::new(127, 0, 0, 2);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let (server, records) = dns::start().await;
    records.add_address("hello.test.", one);
    let fixture = Fixture::start(&with_dns(server, port, INTERVAL)).await;
    eventually(TIMEOUT, async || discovered(&fixture) == ["127.0.0.1"]).await;
    let connection = fixture.connect().await;
    let (mut accepted, _) = listener.accept().await.expect("a connection");
    records.add_address("hello.test.", two);
    eventually(TIMEOUT, async || discovered(&fixture) == ["127.0.0.1", "127.0.0.2"]).await;
    records.clear();
    records.add_address("hello.test.", two);
    eventually(TIMEOUT, async || discovered(&fixture) == ["127.0.0.2"]).await;
    // Connections to a removed backend continue.
    let mut connection = connection;
    let (mut read, mut write) = accepted.split();
    let echo = tokio::io::copy(&mut read, &mut write);
    tokio::select! {
        response = round_trip(&mut connection, b"open") => assert_eq!(response, b"open"),
        _ = echo => panic!("the connection ended"),
    }
}

#[tokio::test]
async fn failpolicy_decides_whether_backends_stay_when_dns_fails() {
    let backend = Peer::named("backend").await;
    for (policy, stays) in [("keeplast", true), ("setempty", false)] {
        let (server, records) = dns::start().await;
        records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
        let lines = format!("{INTERVAL}\nfailpolicy = \"{policy}\"");
        let fixture = Fixture::start(&with_dns(server, backend.addr.port(), &lines)).await;
        eventually(TIMEOUT, async || discovered(&fixture).len() == 1).await;
        let queries = records.queries();
        records.clear();
        eventually(TIMEOUT, async || records.queries() > queries + 4).await;
        if stays {
            assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
        } else {
            eventually(TIMEOUT, async || discovered(&fixture).is_empty()).await;
            assert_eq!(read_to_end(&mut fixture.connect().await).await, "");
        }
        records.add_address("hello.test.", Ipv4Addr::LOCALHOST);
        eventually(TIMEOUT, async || discovered(&fixture).len() == 1).await;
        assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
    }
}

#[tokio::test]
async fn srv_records_give_backends_with_ports_and_weights() {
    let (a, b) = (Peer::named("a").await, Peer::named("b").await);
    let (server, records) = dns::start().await;
    for host in ["a.test.", "b.test."] {
        records.add_address(host, Ipv4Addr::LOCALHOST);
    }
    records.add_service("_hello._tcp.test.", 0, a.addr.port(), "a.test.");
    records.add_service("_hello._tcp.test.", 3, b.addr.port(), "b.test.");
    let section = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n{INTERVAL}"
    );
    let fixture = Fixture::start(&with_discovery("balance = \"weight\"", &section)).await;
    eventually(TIMEOUT, async || discovered(&fixture) == ["a.test", "b.test"]).await;
    for _ in 0..20 {
        assert_eq!(
            read_name(&mut fixture.connect().await).await,
            "b",
            "a weight of 0 gets no connections beside a positive one"
        );
    }
    let (_, stats) = fixture.get("/servers/hello/stats").await;
    assert_eq!(
        (&stats["backends"][1]["weight"], &stats["backends"][1]["host"]),
        (&3.into(), &"b.test".into())
    );
    records.clear();
    records.add_address("a.test.", Ipv4Addr::LOCALHOST);
    records.add_service("_hello._tcp.test.", 7, a.addr.port(), "a.test.");
    eventually(TIMEOUT, async || discovered(&fixture) == ["a.test"]).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "a");
}

#[tokio::test]
async fn a_static_name_is_connected_to_at_whichever_of_its_addresses_listens() {
    let backend = Peer::named("backend").await;
    let port = backend.addr.port();
    let section = format!("kind = \"static\"\nstatic_list = [\"localhost:{port}\"]");
    let check = "[servers.hello.healthcheck]\nkind = \"ping\"\ninitial_status = \"unhealthy\"\n";
    let fixture = Fixture::start(&format!("{}{check}", with_discovery("", &section))).await;
    eventually(TIMEOUT, async || fixture.live() == [true]).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "backend");
    fixture.wait_until_idle().await;
    let counts = fixture.backend_counts()[0];
    assert_eq!((counts.connections, counts.refused), (1, 0), "an address that refuses is not a refusal");
}

#[tokio::test]
async fn an_unresolvable_static_name_gets_no_connections() {
    let good = Peer::named("good").await;
    let list =
        format!("\"localhost:{}\", \"nowhere.invalid:{}\"", good.addr.port(), unused_address().await.port());
    let section = format!("kind = \"static\"\nstatic_list = [{list}]\ntimeout = \"2s\"");
    let fixture = Fixture::start(&with_discovery("balance = \"roundrobin\"", &section)).await;
    for _ in 0..4 {
        assert_eq!(read_name(&mut fixture.connect().await).await, "good");
    }
    assert_eq!(discovered(&fixture), ["localhost", "nowhere.invalid"]);
    assert_eq!(fixture.backend_counts()[1].refused, 0);
}
