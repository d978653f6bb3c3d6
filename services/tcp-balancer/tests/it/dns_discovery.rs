//! Back ends from DNS.

use std::net::{Ipv4Addr, SocketAddr};

use testkit::eventually;
use tokio::net::TcpListener;

use crate::support::peers::{Peer, name, nobody, rest, round_trip};
use crate::support::{Lab, PATIENCE, dns, with_discovery};

const EVERY: &str = "interval = \"20ms\"";

/// The hosts of `hello`'s back ends that discovery tells of.
fn discovered(lab: &Lab) -> Vec<String> {
    let hello = lab.balancer.get("hello").expect("it runs");
    let members = hello.pool.members();
    members.iter().filter(|one| one.is_discovered()).map(|one| one.target.host.clone()).collect()
}

fn addresses(server: SocketAddr, port: u16, more: &str) -> String {
    let section = format!(
        "kind = \"dns\"\ndns_lookup_server = \"{server}\"\ndns_lookup_pattern = \"hello.test.\"\ndns_port = {port}\n{more}"
    );
    with_discovery("balance = \"roundrobin\"", &section)
}

#[tokio::test]
async fn each_address_of_a_name_is_a_back_end_while_it_has_it() {
    let one = Ipv4Addr::new(127, 0, 0, 1);
    let two = Ipv4Addr::new(127, 0, 0, 2);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let (server, records) = dns::start().await;
    records.address("hello.test.", one);
    let lab = Lab::start(&addresses(server, port, EVERY)).await;
    eventually(PATIENCE, async || discovered(&lab) == ["127.0.0.1"]).await;
    let connection = lab.connect().await;
    let (mut accepted, _) = listener.accept().await.expect("it is sent there");
    records.address("hello.test.", two);
    eventually(PATIENCE, async || discovered(&lab) == ["127.0.0.1", "127.0.0.2"]).await;
    records.clear();
    records.address("hello.test.", two);
    eventually(PATIENCE, async || discovered(&lab) == ["127.0.0.2"]).await;
    // Where it is not any more, connections go on.
    let mut connection = connection;
    let (mut read, mut write) = accepted.split();
    let echo = tokio::io::copy(&mut read, &mut write);
    tokio::select! {
        answer = round_trip(&mut connection, b"still") => assert_eq!(answer, b"still"),
        _ = echo => panic!("the connection ended"),
    }
}

#[tokio::test]
async fn when_dns_fails_the_back_ends_stay_or_go_as_set() {
    let backend = Peer::named("here").await;
    for (policy, stays) in [("keeplast", true), ("setempty", false)] {
        let (server, records) = dns::start().await;
        records.address("hello.test.", Ipv4Addr::LOCALHOST);
        let more = format!("{EVERY}\nfailpolicy = \"{policy}\"");
        let lab = Lab::start(&addresses(server, backend.addr.port(), &more)).await;
        eventually(PATIENCE, async || discovered(&lab).len() == 1).await;
        let asked = records.asked();
        records.clear();
        eventually(PATIENCE, async || records.asked() > asked + 4).await;
        if stays {
            assert_eq!(name(&mut lab.connect().await).await, "here");
        } else {
            eventually(PATIENCE, async || discovered(&lab).is_empty()).await;
            assert_eq!(rest(&mut lab.connect().await).await, "");
        }
        records.address("hello.test.", Ipv4Addr::LOCALHOST);
        eventually(PATIENCE, async || discovered(&lab).len() == 1).await;
        assert_eq!(name(&mut lab.connect().await).await, "here");
    }
}

#[tokio::test]
async fn each_srv_record_is_a_back_end_with_its_port_and_weight() {
    let (a, b) = (Peer::named("a").await, Peer::named("b").await);
    let (server, records) = dns::start().await;
    for host in ["a.test.", "b.test."] {
        records.address(host, Ipv4Addr::LOCALHOST);
    }
    records.service("_hello._tcp.test.", 0, a.addr.port(), "a.test.");
    records.service("_hello._tcp.test.", 3, b.addr.port(), "b.test.");
    let section = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n{EVERY}"
    );
    let lab = Lab::start(&with_discovery("balance = \"weight\"", &section)).await;
    eventually(PATIENCE, async || discovered(&lab) == ["a.test", "b.test"]).await;
    for _ in 0..20 {
        assert_eq!(name(&mut lab.connect().await).await, "b", "a weight of 0 beside another is none");
    }
    let (_, stats) = lab.get("/servers/hello/stats").await;
    assert_eq!(
        (&stats["backends"][1]["weight"], &stats["backends"][1]["host"]),
        (&3.into(), &"b.test".into())
    );
    records.clear();
    records.address("a.test.", Ipv4Addr::LOCALHOST);
    records.service("_hello._tcp.test.", 7, a.addr.port(), "a.test.");
    eventually(PATIENCE, async || discovered(&lab) == ["a.test"]).await;
    assert_eq!(name(&mut lab.connect().await).await, "a");
}

#[tokio::test]
async fn a_static_name_is_resolved_and_one_that_cannot_be_gets_nothing() {
    let good = Peer::named("good").await;
    let list = format!("\"localhost:{}\", \"nowhere.invalid:{}\"", good.addr.port(), nobody().await.port());
    let section = format!("kind = \"static\"\nstatic_list = [{list}]\ntimeout = \"2s\"");
    let lab = Lab::start(&with_discovery("balance = \"roundrobin\"", &section)).await;
    for _ in 0..4 {
        assert_eq!(name(&mut lab.connect().await).await, "good");
    }
    assert_eq!(discovered(&lab), ["localhost", "nowhere.invalid"]);
    assert_eq!(lab.backend_counts()[1].refused, 0);
}
