//! Back ends that take no connection.

use testkit::eventually;

use crate::support::peers::{Peer, name, nobody, rest};
use crate::support::{Lab, PATIENCE, hello};

#[tokio::test]
async fn a_client_gets_another_back_end_and_the_refusal_is_counted() {
    let good = Peer::named("good").await;
    let lab = Lab::start(&hello(&[nobody().await, good.addr], "balance = \"roundrobin\"")).await;
    for _ in 0..10 {
        assert_eq!(name(&mut lab.connect().await).await, "good");
    }
    let counts = lab.idle().await;
    assert_eq!((counts.connections, counts.refused), (10, 0));
    let [bad, good] = lab.backend_counts().try_into().expect("two");
    assert_eq!((bad.connections, bad.active, good.connections, good.refused), (0, 0, 10, 0));
    assert!(bad.refused > 0);
}

#[tokio::test]
async fn each_back_end_is_tried_once_and_then_the_client_is_closed() {
    let lab = Lab::start(&hello(&[nobody().await, nobody().await, nobody().await], "")).await;
    assert_eq!(rest(&mut lab.connect().await).await, "");
    lab.idle().await;
    let refused: Vec<_> = lab.backend_counts().iter().map(|counts| counts.refused).collect();
    assert_eq!(refused, [1, 1, 1]);
    eventually(PATIENCE, async || lab.balancer.get("hello").expect("it runs").failed() == 1).await;
    assert_eq!(
        lab.scrape().await.value("gobetween_server_failed_connections_total", &[("server", "hello")]),
        1.0
    );
}

#[tokio::test]
async fn a_back_end_that_does_not_answer_is_given_up_when_its_time_is_over() {
    let good = Peer::named("good").await;
    // Its queue is full: further connections are neither taken nor refused.
    let silent = tokio::net::TcpSocket::new_v4().expect("a socket");
    silent.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let silent = silent.listen(0).expect("it listens");
    let address = silent.local_addr().expect("bound");
    let mut queued = Vec::new();
    for _ in 0..4 {
        queued.push(tokio::spawn(tokio::net::TcpStream::connect(address)));
    }
    let lines = "balance = \"roundrobin\"\nbackend_connection_timeout = \"200ms\"";
    let lab = Lab::start(&hello(&[address, good.addr], lines)).await;
    assert_eq!(name(&mut lab.connect().await).await, "good");
    lab.idle().await;
    assert_eq!(lab.backend_counts()[0].refused, 1);
    queued.iter().for_each(tokio::task::JoinHandle::abort);
}
