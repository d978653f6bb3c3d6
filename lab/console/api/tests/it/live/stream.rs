//! The event stream: its content, the maximum number of streams, and their end.

use std::collections::BTreeSet;

use kit::shutdown::Drained;
use testkit::eventually;

use super::Live;
use crate::support::TIMEOUT;

#[tokio::test]
async fn a_new_listener_gets_the_latest_snapshot_of_every_feed() {
    let live = Live::start().await;
    let mut first = live.listen().await;
    first.until("map", |_| true).await;
    let mut second = live.listen().await;
    let mut kinds = BTreeSet::new();
    while kinds.len() < 4 {
        kinds.insert(second.next().await.unwrap().0);
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["alerts", "faults", "mails", "map"]);
}

#[tokio::test]
async fn limits_the_number_of_streams_to_32() {
    let live = Live::start().await;
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(live.listen().await);
    }
    let (status, problem) = live.web.problem("/api/events").await;
    assert_eq!((status, problem["detail"].as_str().unwrap()), (503, "32 event streams are open already"));
    assert_eq!(live.web.scrape().await.value("console_event_streams", &[]), 32.0);
    streams.pop();
    eventually(TIMEOUT, async || live.web.get("/api/events").await.status() == 200).await;
}

#[tokio::test]
async fn streams_end_at_shutdown() {
    let live = Live::start().await;
    let mut stream = live.listen().await;
    stream.until("map", |_| true).await;
    let drained = live.web.running.stop().await.unwrap();
    assert!(matches!(drained, Drained::Completed(_)), "{drained:?}");
    while stream.next().await.is_some() {}
}
