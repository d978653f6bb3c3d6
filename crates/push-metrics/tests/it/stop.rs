//! Stopping a reporter.

use std::time::Duration;

use push_metrics::Registry;
use testkit::influx::{Influx, Reply};

use crate::support::{NEVER, RunningReporter, TEST_TIMEOUT, builder, values};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("valid name").add(7);
    registry
}

#[tokio::test]
async fn pushes_once_more_when_it_stops() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let reporter = builder(server.addr()).interval(NEVER).build(&registry()).expect("valid settings");
    let stats = RunningReporter::start(reporter, TEST_TIMEOUT).stop().await;
    assert_eq!(values(&influx.points()), ["7i"]);
    assert_eq!((stats.pushed(), stats.written()), (1, 1));
}

#[tokio::test]
async fn retries_the_last_push() {
    let mut failed_once = false;
    let influx = Influx::new(move |_| {
        if std::mem::replace(&mut failed_once, true) { Reply::Accept } else { Reply::Reject(503, "") }
    });
    let server = influx.listen().await;
    let reporter = builder(server.addr()).interval(NEVER).build(&registry()).expect("valid settings");
    let stats = RunningReporter::start(reporter, TEST_TIMEOUT).stop().await;
    assert_eq!((stats.pushed(), stats.written()), (1, 1));
}

#[tokio::test]
async fn counts_lost_points_when_influxdb_is_down_beyond_the_grace_period() {
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound listener");
    drop(free);
    let reporter = builder(address).interval(NEVER).build(&registry()).expect("valid settings");
    let stats = RunningReporter::start(reporter, Duration::from_millis(50)).stop().await;
    assert_eq!((stats.pushed(), stats.written(), stats.dropped()), (1, 0, 1));
}

#[tokio::test]
async fn stops_after_the_grace_period_without_a_response() {
    let influx = Influx::new(|_| Reply::Hang);
    let server = influx.listen().await;
    let reporter =
        builder(server.addr()).interval(NEVER).timeout(NEVER).build(&registry()).expect("valid settings");
    let stats = RunningReporter::start(reporter, Duration::from_millis(200)).stop().await;
    assert_eq!((stats.pushed(), stats.written(), stats.dropped()), (1, 0, 1));
}

#[tokio::test]
async fn an_empty_registry_pushes_nothing() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let reporter = builder(server.addr()).interval(NEVER).build(&Registry::new()).expect("valid settings");
    RunningReporter::start(reporter, TEST_TIMEOUT).stop().await;
    assert!(influx.requests().is_empty());
}
