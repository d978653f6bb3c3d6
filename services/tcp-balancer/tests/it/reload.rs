//! Reloading the configuration file.

use reqwest::Method;
use tcp_balancer::ReloadCounts;
use testkit::eventually;
use tokio::net::TcpStream;

use crate::support::peers::{Peer, read_name, read_to_end, round_trip};
use crate::support::{Fixture, NO_SERVERS, TIMEOUT, TOKEN, hello};

#[tokio::test]
async fn a_changed_server_keeps_its_listener_connections_and_counts() {
    let (old, new) = (Peer::echo().await, Peer::named("new").await);
    let fixture = Fixture::start(&hello(&[old.addr], "")).await;
    let address = fixture.addr();
    let mut client = fixture.connect().await;
    round_trip(&mut client, b"before").await;
    fixture.reload(&hello(&[new.addr], "balance = \"leastconn\"")).await;
    assert_eq!(fixture.addr(), address);
    eventually(TIMEOUT, async || fixture.backend_counts().len() == 2).await;
    assert_eq!(read_name(&mut fixture.connect().await).await, "new");
    assert_eq!(round_trip(&mut client, b"after!").await, b"after!");
    drop(client);
    assert_eq!(fixture.wait_until_idle().await.tx, 12);
    let page = fixture.scrape().await;
    assert_eq!(page.value("tcp_balancer_config_reloads_total", &[("result", "ok")]), 1.0);
}

#[tokio::test]
async fn an_invalid_file_changes_nothing_and_is_counted() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let mut client = fixture.connect().await;
    for invalid in ["[servers.hello", "[servers.hello]\nbind = 1", ""] {
        fixture.reload(&format!("{invalid}\nnonsense = true")).await;
    }
    assert_eq!(round_trip(&mut client, b"open").await, b"open");
    assert_eq!(round_trip(&mut fixture.connect().await, b"more").await, b"more");
    let page = fixture.scrape().await;
    assert_eq!(page.value("tcp_balancer_config_reloads_total", &[("result", "failed")]), 3.0);
    assert_eq!(page.value("tcp_balancer_config_reloads_total", &[("result", "ok")]), 0.0);
}

#[tokio::test]
async fn a_reload_with_an_unavailable_address_changes_nothing() {
    let (old, new) = (Peer::named("old").await, Peer::named("new").await);
    let fixture = Fixture::start(&hello(&[old.addr], "")).await;
    let taken = format!("bind = \"{}\"", new.addr);
    let other = hello(&[new.addr], "").replace("hello", "other").replace("bind = \"127.0.0.1:0\"", &taken);
    fixture.reload(&format!("{}{other}", hello(&[new.addr], ""))).await;
    assert_eq!(fixture.balancer.reloads(), ReloadCounts { ok: 0, failed: 1 });
    assert!(fixture.balancer.get("other").is_none());
    assert_eq!(read_name(&mut fixture.connect().await).await, "old");
}

#[tokio::test]
async fn a_moved_or_removed_server_keeps_its_connections() {
    let backend = Peer::echo().await;
    let fixture = Fixture::start(&hello(&[backend.addr], "")).await;
    let (before, mut client) = (fixture.addr(), fixture.connect().await);
    round_trip(&mut client, b"one").await;
    fixture.reload(&hello(&[backend.addr], "").replace("127.0.0.1:0", "localhost:0")).await;
    assert_ne!(fixture.addr(), before);
    assert_eq!(round_trip(&mut client, b"two").await, b"two");
    eventually(TIMEOUT, async || TcpStream::connect(before).await.is_err()).await;
    let mut moved = fixture.connect().await;
    assert_eq!(round_trip(&mut moved, b"three").await, b"three");
    let now = fixture.addr();
    fixture.reload(NO_SERVERS).await;
    assert!(fixture.balancer.get("hello").is_none());
    eventually(TIMEOUT, async || TcpStream::connect(now).await.is_err()).await;
    for client in [&mut client, &mut moved] {
        assert_eq!(round_trip(client, b"four").await, b"four");
    }
    let page = fixture.scrape().await;
    assert_eq!(page.value("gobetween_server_tx_total", &[("server", "hello")]), 19.0);
    fixture.reload(&hello(&[backend.addr], "")).await;
    assert_eq!(fixture.counts().tx, 19, "a server that returns continues its counts");
}

#[tokio::test]
async fn servers_added_over_rest_stay() {
    let (a, b) = (Peer::named("a").await, Peer::named("b").await);
    let fixture = Fixture::start(&hello(&[a.addr], "")).await;
    let added = format!(
        r#"{{"bind": "127.0.0.1:0", "discovery": {{"kind": "static", "static_list": ["{}"]}}}}"#,
        b.addr
    );
    let (status, _) = fixture.request(Method::POST, "/servers/added", Some(TOKEN), &added).await;
    assert_eq!(status, 200);
    fixture.reload(NO_SERVERS).await;
    let mut client = TcpStream::connect(fixture.addr_of("added")).await.expect("connected");
    assert_eq!(read_name(&mut client).await, "b");
    fixture.reload(&hello(&[a.addr], "").replace("hello", "added")).await;
    let expected = ReloadCounts { ok: 1, failed: 1 };
    assert_eq!(fixture.balancer.reloads(), expected, "the name is taken by a server added over REST");
    drop(client);
    let mut again = TcpStream::connect(fixture.addr_of("added")).await.expect("connected");
    assert_eq!(read_name(&mut again).await, "b");
    let (status, _) = fixture.request(Method::DELETE, "/servers/added", Some(TOKEN), "").await;
    assert_eq!(status, 200);
    assert_eq!(read_to_end(&mut again).await, "", "removal over REST closes connections");
}
