//! A server that goes and comes back is found again by itself.

use std::time::{Duration, Instant};

use testkit::eventually;
use tokio::net::TcpListener;

use crate::lab::{self, PATIENCE, Web};

#[tokio::test]
async fn echoes_succeed_again_within_a_second_of_its_return() {
    let mut server = lab::echo_server().await;
    let address = server.addr();
    let web = Web::of(address).await;
    assert_eq!(web.get("/echo?m=x").await.status(), 200);

    for _ in 0..3 {
        server.stop().await.unwrap();
        eventually(PATIENCE, async || web.get("/echo?m=x").await.status() == 503).await;

        server = lab::echo_server_on(TcpListener::bind(address).await.unwrap());
        let back = Instant::now();
        eventually(PATIENCE, async || web.get("/echo?m=x").await.status() == 200).await;
        assert!(back.elapsed() < Duration::from_secs(1), "{:?}", back.elapsed());
    }
    lab::assert_balanced(&web.scrape().await);
}
