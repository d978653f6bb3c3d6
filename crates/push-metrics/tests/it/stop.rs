//! The end.

use std::time::Duration;

use push_metrics::Registry;

use testkit::influx::{Influx, Reply};

use crate::support::{LONG, PATIENCE, Pushing, to, values};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("a name").add(7);
    registry
}

#[tokio::test]
async fn what_was_counted_last_is_pushed() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let reporter = to(server.addr()).interval(LONG).build(&registry()).expect("a reporter");
    let stats = Pushing::start(reporter, PATIENCE).stop().await;
    assert_eq!(values(&influx.points()), ["7i"]);
    assert_eq!((stats.pushed(), stats.written()), (1, 1));
}

#[tokio::test]
async fn a_first_refusal_at_the_end_is_not_the_last_word() {
    let mut refused = false;
    let influx = Influx::new(move |_| {
        if std::mem::replace(&mut refused, true) { Reply::Accept } else { Reply::Reject(503, "") }
    });
    let server = influx.listen().await;
    let reporter = to(server.addr()).interval(LONG).build(&registry()).expect("a reporter");
    let stats = Pushing::start(reporter, PATIENCE).stop().await;
    assert_eq!((stats.pushed(), stats.written()), (1, 1));
}

#[tokio::test]
async fn where_nobody_listens_the_grace_period_is_the_end_and_the_loss_is_counted() {
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound");
    drop(free);
    let reporter = to(address).interval(LONG).build(&registry()).expect("a reporter");
    let stats = Pushing::start(reporter, Duration::from_millis(50)).stop().await;
    assert_eq!((stats.pushed(), stats.written(), stats.dropped()), (1, 0, 1));
}

#[tokio::test]
async fn one_that_does_not_answer_holds_up_no_end() {
    let influx = Influx::new(|_| Reply::Hang);
    let server = influx.listen().await;
    let reporter = to(server.addr()).interval(LONG).timeout(LONG).build(&registry()).expect("a reporter");
    let stats = Pushing::start(reporter, Duration::from_millis(200)).stop().await;
    assert_eq!((stats.pushed(), stats.written(), stats.dropped()), (1, 0, 1));
}

#[tokio::test]
async fn a_registry_without_metrics_pushes_nothing() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let reporter = to(server.addr()).interval(LONG).build(&Registry::new()).expect("a reporter");
    Pushing::start(reporter, PATIENCE).stop().await;
    assert!(influx.requests().is_empty());
}
