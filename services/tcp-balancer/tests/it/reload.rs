//! The file, read again.

use reqwest::Method;
use testkit::eventually;
use tokio::net::TcpStream;

use crate::support::peers::{Peer, name, rest, round_trip};
use crate::support::{Lab, PATIENCE, TOKEN, hello};

#[tokio::test]
async fn a_changed_server_keeps_its_listener_connections_and_counts() {
    let (old, new) = (Peer::echo().await, Peer::named("new").await);
    let lab = Lab::start(&hello(&[old.addr], "")).await;
    let address = lab.addr();
    let mut client = lab.connect().await;
    round_trip(&mut client, b"before").await;
    lab.write(&hello(&[new.addr], "balance = \"leastconn\""));
    lab.hang_up().await;
    assert_eq!(lab.addr(), address);
    eventually(PATIENCE, async || lab.backend_counts().len() == 2).await;
    assert_eq!(name(&mut lab.connect().await).await, "new");
    assert_eq!(round_trip(&mut client, b"after!").await, b"after!");
    drop(client);
    assert_eq!(lab.idle().await.tx, 12);
    let page = lab.scrape().await;
    assert_eq!(page.value("tcp_balancer_config_reloads_total", &[("result", "ok")]), 1.0);
}

#[tokio::test]
async fn a_bad_file_changes_nothing_and_is_counted() {
    let backend = Peer::echo().await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut client = lab.connect().await;
    for bad in ["[servers.hello", "[servers.hello]\nbind = 1", ""] {
        lab.write(&format!("{bad}\nnonsense = true"));
        lab.hang_up().await;
    }
    assert_eq!(round_trip(&mut client, b"still").await, b"still");
    assert_eq!(round_trip(&mut lab.connect().await, b"there").await, b"there");
    let page = lab.scrape().await;
    assert_eq!(page.value("tcp_balancer_config_reloads_total", &[("result", "failed")]), 3.0);
    assert_eq!(page.value("tcp_balancer_config_reloads_total", &[("result", "ok")]), 0.0);
}

#[tokio::test]
async fn where_one_address_cannot_be_had_none_of_the_changes_is_made() {
    let (old, new) = (Peer::named("old").await, Peer::named("new").await);
    let lab = Lab::start(&hello(&[old.addr], "")).await;
    let taken = format!("bind = \"{}\"", new.addr);
    let other = hello(&[new.addr], "").replace("hello", "other").replace("bind = \"127.0.0.1:0\"", &taken);
    lab.write(&format!("{}{other}", hello(&[new.addr], "")));
    lab.hang_up().await;
    assert_eq!(lab.balancer.reloads(), [0, 1]);
    assert!(lab.balancer.get("other").is_none());
    assert_eq!(name(&mut lab.connect().await).await, "old");
}

#[tokio::test]
async fn a_server_that_moves_or_goes_keeps_its_connections() {
    let backend = Peer::echo().await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let (before, mut client) = (lab.addr(), lab.connect().await);
    round_trip(&mut client, b"one").await;
    lab.write(&hello(&[backend.addr], "").replace("127.0.0.1:0", "localhost:0"));
    lab.hang_up().await;
    assert_ne!(lab.addr(), before);
    assert_eq!(round_trip(&mut client, b"two").await, b"two");
    eventually(PATIENCE, async || TcpStream::connect(before).await.is_err()).await;
    let mut moved = lab.connect().await;
    assert_eq!(round_trip(&mut moved, b"three").await, b"three");
    let now = lab.addr();
    lab.write("");
    lab.hang_up().await;
    assert!(lab.balancer.get("hello").is_none());
    eventually(PATIENCE, async || TcpStream::connect(now).await.is_err()).await;
    for client in [&mut client, &mut moved] {
        assert_eq!(round_trip(client, b"four").await, b"four");
    }
    let page = lab.scrape().await;
    assert_eq!(page.value("gobetween_server_tx_total", &[("server", "hello")]), 19.0);
    lab.write(&hello(&[backend.addr], ""));
    lab.hang_up().await;
    assert_eq!(lab.counts().tx, 19, "the counts of one that is back go on");
}

#[tokio::test]
async fn what_rest_has_added_stays() {
    let (a, b) = (Peer::named("a").await, Peer::named("b").await);
    let lab = Lab::start(&hello(&[a.addr], "")).await;
    let added = format!(
        r#"{{"bind": "127.0.0.1:0", "discovery": {{"kind": "static", "static_list": ["{}"]}}}}"#,
        b.addr
    );
    let (status, _) = lab.ask(Method::POST, "/servers/added", Some(TOKEN), &added).await;
    assert_eq!(status, 200);
    lab.write("");
    lab.hang_up().await;
    let mut client = TcpStream::connect(lab.addr_of("added")).await.expect("it listens");
    assert_eq!(name(&mut client).await, "b");
    lab.write(&hello(&[a.addr], "").replace("hello", "added"));
    lab.hang_up().await;
    assert_eq!(lab.balancer.reloads(), [1, 1], "a name that REST has taken is refused");
    drop(client);
    let mut again = TcpStream::connect(lab.addr_of("added")).await.expect("it listens");
    assert_eq!(name(&mut again).await, "b");
    let (status, _) = lab.ask(Method::DELETE, "/servers/added", Some(TOKEN), "").await;
    assert_eq!(status, 200);
    assert_eq!(rest(&mut again).await, "", "its connections are cut");
}
