//! Connections without a byte.

use crate::support::peers::{Peer, rest, round_trip};
use crate::support::{Lab, hello};

#[tokio::test]
async fn the_shorter_of_the_two_times_closes_an_idle_connection() {
    let backend = Peer::echo().await;
    let times = "client_idle_timeout = \"10m\"\nbackend_idle_timeout = \"50ms\"";
    let lab = Lab::start(&hello(&[backend.addr], times)).await;
    let mut client = lab.connect().await;
    assert_eq!(rest(&mut client).await, "", "closed, without a reset");
    lab.idle().await;
}

#[tokio::test]
async fn without_a_time_an_idle_connection_stays() {
    let backend = Peer::echo().await;
    let lab = Lab::start(&hello(&[backend.addr], "")).await;
    let mut idle = lab.connect().await;
    for _ in 0..50 {
        let mut other = lab.connect().await;
        assert_eq!(round_trip(&mut other, b"hello").await, b"hello");
    }
    assert_eq!(round_trip(&mut idle, b"still there").await, b"still there");
}
