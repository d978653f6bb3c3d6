//! Passive ejection: `max_fails` and `fail_timeout`.

use testkit::eventually;
use tokio::net::TcpListener;

use crate::support::peers::{Peer, read_name, read_to_end, unused_address};
use crate::support::{Fixture, TIMEOUT, hello};

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
