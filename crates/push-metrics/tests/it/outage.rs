//! An InfluxDB that is unavailable, slow, overloaded or failing.

use std::time::Duration;

use push_metrics::Registry;
use testkit::eventually;
use testkit::influx::{Influx, Reply};

use crate::support::{INTERVAL, NEVER, RunningReporter, TEST_TIMEOUT, builder, timestamps};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("valid name");
    registry.timer("t").expect("valid name");
    registry
}

/// Every point has arrived once, in order.
async fn assert_nothing_lost(influx: &Influx, pushing: RunningReporter) {
    let stats = pushing.stop().await;
    assert_eq!((stats.pushed(), stats.rejected(), stats.dropped()), (stats.written(), 0, 0));
    let accepted = influx.points();
    assert_eq!(accepted.len() as u64, stats.pushed());
    for series in ["c.count", "t.timer"] {
        assert_eq!(timestamps(&accepted, series).len() as u64 * 2, stats.pushed(), "{series}");
    }
}

/// The outage lasts for 60 pushes: a minute at the default interval.
#[tokio::test]
async fn an_outage_within_the_queue_limit_loses_nothing() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let address = server.addr();
    let pushing = RunningReporter::start_default(address, &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.written() > 0).await;
    server.stop().await;
    // The request that was in flight has completed.
    let (before, accepted) = (pushing.stats.pushed(), influx.accepted_lines().len());
    eventually(TEST_TIMEOUT, async || pushing.stats.pushed() >= before + 60).await;
    assert_eq!(influx.accepted_lines().len(), accepted, "InfluxDB is stopped");
    let _server = influx.listen_at(address).await;
    eventually(TEST_TIMEOUT, async || pushing.stats.written() >= before + 60).await;
    assert_nothing_lost(&influx, pushing).await;
}

#[tokio::test]
async fn delivers_all_points_once_influxdb_starts() {
    let influx = Influx::healthy();
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound listener");
    drop(free);
    let pushing = RunningReporter::start_default(address, &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.pushed() >= 20).await;
    assert_eq!(pushing.stats.written(), 0);
    let _server = influx.listen_at(address).await;
    eventually(TEST_TIMEOUT, async || pushing.stats.written() >= 20).await;
    assert_nothing_lost(&influx, pushing).await;
}

#[tokio::test]
async fn retries_the_same_points_after_an_error_status() {
    let mut failures = [503, 429, 401].into_iter();
    let influx = Influx::new(move |_| failures.next().map_or(Reply::Accept, |s| Reply::Reject(s, "not now")));
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.written() > 0).await;
    let requests = influx.requests();
    for request in &requests[..4] {
        assert_eq!(request.lines, requests[0].lines, "the oldest points are retried first");
    }
    assert_nothing_lost(&influx, pushing).await;
}

#[tokio::test]
async fn retries_after_the_timeout_of_a_request() {
    let mut unanswered = 3;
    let influx = Influx::new(move |_| {
        if unanswered > 0 {
            unanswered -= 1;
            return Reply::Hang;
        }
        Reply::Accept
    });
    let server = influx.listen().await;
    let builder = builder(server.addr()).interval(INTERVAL).timeout(Duration::from_millis(50));
    let pushing = RunningReporter::start(builder.build(&registry()).expect("valid settings"), NEVER);
    eventually(TEST_TIMEOUT, async || pushing.stats.written() > 0).await;
    assert!(influx.requests().len() > 3);
    assert_nothing_lost(&influx, pushing).await;
}
