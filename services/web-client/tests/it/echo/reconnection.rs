//! The client reconnects to a restarted server.

use std::time::{Duration, Instant};

use testkit::eventually;
use tokio::net::TcpListener;

use crate::support::{self, TIMEOUT, Web};

#[tokio::test]
async fn echoes_succeed_within_a_second_of_the_servers_restart() {
    let mut server = support::echo_server().await;
    let address = server.addr();
    let web = Web::of(address).await;
    assert_eq!(web.get("/echo?m=x").await.status(), 200);

    for _ in 0..3 {
        server.stop().await.unwrap();
        eventually(TIMEOUT, async || web.get("/echo?m=x").await.status() == 503).await;

        server = support::echo_server_on(TcpListener::bind(address).await.unwrap());
        let back = Instant::now();
        eventually(TIMEOUT, async || web.get("/echo?m=x").await.status() == 200).await;
        assert!(back.elapsed() < Duration::from_secs(1), "{:?}", back.elapsed());
    }
    support::assert_balanced(&web.scrape().await);
}
