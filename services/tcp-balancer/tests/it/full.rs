//! `max_connections`.

use testkit::eventually;

use crate::support::peers::{Peer, rest, round_trip};
use crate::support::{Lab, PATIENCE, hello};

#[tokio::test]
async fn who_comes_when_it_is_full_is_refused_at_once_and_counted() {
    let backend = Peer::echo().await;
    let lab = Lab::start(&hello(&[backend.addr], "max_connections = 2")).await;
    let (mut first, mut second) = (lab.connect().await, lab.connect().await);
    for client in [&mut first, &mut second] {
        assert_eq!(round_trip(client, b"in").await, b"in");
    }
    for _ in 0..3 {
        assert_eq!(rest(&mut lab.connect().await).await, "");
    }
    let counts = lab.counts();
    assert_eq!((counts.active, counts.connections, counts.refused), (2, 2, 3));
    assert_eq!(backend.accepted(), 2);
    drop(first);
    eventually(PATIENCE, async || lab.counts().active == 1).await;
    assert_eq!(round_trip(&mut lab.connect().await, b"in").await, b"in");
    assert_eq!(round_trip(&mut second, b"still").await, b"still");
    let page = lab.scrape().await;
    let hello = [("server", "hello")];
    assert_eq!(page.value("gobetween_server_max_connections", &hello), 2.0);
    assert_eq!(page.value("gobetween_server_refused_connections_total", &hello), 3.0);
}
