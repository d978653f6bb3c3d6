//! Backends that refuse connections or do not respond.

use std::net::{Ipv4Addr, SocketAddr};

use testkit::eventually;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::dns;
use crate::support::peers::{Peer, Silent, read_name, read_to_end, unused_address};
use crate::support::{Fixture, TIMEOUT, hello, with_discovery};

#[tokio::test]
async fn a_refused_client_gets_another_backend_and_the_refusal_is_counted() {
    let good = Peer::named("good").await;
    let backends = [unused_address().await, good.addr];
    let fixture = Fixture::start(&hello(&backends, "balance = \"roundrobin\"")).await;
    for _ in 0..10 {
        assert_eq!(read_name(&mut fixture.connect().await).await, "good");
    }
    let counts = fixture.wait_until_idle().await;
    assert_eq!((counts.connections, counts.refused), (10, 0));
    let [bad, good] = fixture.backend_counts().try_into().expect("two");
    assert_eq!((bad.connections, bad.active, good.connections, good.refused), (0, 0, 10, 0));
    assert!(bad.refused > 0);
}

#[tokio::test]
async fn the_others_share_the_clients_of_a_backend_that_refuses_by_their_weights() {
    let (a, b) = (Peer::named("a").await, Peer::named("b").await);
    let refusing = unused_address().await;
    for balance in ["roundrobin", "leastconn", "leastbandwidth"] {
        for (b_weight, expected) in [(1, [30, 30]), (3, [15, 45])] {
            let list = format!("[\"{refusing}\", \"{}\", \"{} weight={b_weight}\"]", a.addr, b.addr);
            let lines = format!("balance = \"{balance}\"");
            let discovery = format!("kind = \"static\"\nstatic_list = {list}");
            let fixture = Fixture::start(&with_discovery(&lines, &discovery)).await;
            for _ in 0..60 {
                read_name(&mut fixture.connect().await).await;
                fixture.wait_until_idle().await;
            }
            let [refusing, a, b] = fixture.backend_counts().try_into().expect("three");
            assert_eq!([a.connections, b.connections], expected, "{balance}");
            assert!(refusing.refused > 0, "{balance}");
        }
    }
}

#[tokio::test]
async fn a_client_is_closed_after_each_backend_was_tried_once() {
    let backends = [unused_address().await, unused_address().await, unused_address().await];
    let fixture = Fixture::start(&hello(&backends, "")).await;
    assert_eq!(read_to_end(&mut fixture.connect().await).await, "");
    fixture.wait_until_idle().await;
    let refused: Vec<_> = fixture.backend_counts().iter().map(|counts| counts.refused).collect();
    assert_eq!(refused, [1, 1, 1]);
    eventually(TIMEOUT, async || fixture.hello().failed_connections() == 1).await;
    let page = fixture.scrape().await;
    assert_eq!(page.value("gobetween_server_failed_connections_total", &[("server", "hello")]), 1.0);
}

#[tokio::test]
async fn a_backend_that_does_not_respond_is_skipped_after_the_connection_timeout() {
    let good = Peer::named("good").await;
    let silent = Silent::start().await;
    let lines = "balance = \"roundrobin\"\nbackend_connection_timeout = \"200ms\"";
    let fixture = Fixture::start(&hello(&[silent.addr, good.addr], lines)).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "good");
    fixture.wait_until_idle().await;
    assert_eq!(fixture.backend_counts()[0].refused, 1);
}

#[tokio::test]
async fn a_name_whose_first_address_does_not_respond_is_connected_to_at_the_next_one() {
    let silent = Silent::start().await;
    let next = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), silent.addr.port()));
    let listener = TcpListener::bind(next).await.expect("a free port");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"next").await;
        }
    });
    let (server, records) = dns::start().await;
    records.add_service("_hello._tcp.test.", 1, silent.addr.port(), "host.test.");
    records.add_address("host.test.", Ipv4Addr::LOCALHOST);
    records.add_address("host.test.", Ipv4Addr::new(127, 0, 0, 2));
    let discovery = format!(
        "kind = \"srv\"\nsrv_lookup_server = \"{server}\"\nsrv_lookup_pattern = \"_hello._tcp.test.\"\n\
         [servers.hello.healthcheck]\nkind = \"ping\"\ninitial_status = \"unhealthy\"\ntimeout = \"10s\"\n"
    );
    for limit in ["", "backend_connection_timeout = \"200ms\"", "backend_connection_timeout = \"1m\""] {
        let fixture = Fixture::start(&with_discovery(limit, &discovery)).await;
        eventually(TIMEOUT, async || fixture.live() == [true]).await;
        assert_eq!(read_name(&mut fixture.connect().await).await, "next", "{limit}");
        assert_eq!(fixture.wait_until_idle().await.connections, 1);
        assert_eq!(fixture.backend_counts()[0].refused, 0);
    }
}
