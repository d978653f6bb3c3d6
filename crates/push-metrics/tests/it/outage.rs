//! An InfluxDB that is away, slow, overloaded or broken.

use std::time::Duration;

use push_metrics::Registry;
use testkit::eventually;

use testkit::influx::{Influx, Reply};

use crate::support::{LONG, PATIENCE, Pushing, SHORT, rising, to};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("a name");
    registry.timer("t").expect("a name");
    registry
}

/// Every point that was made has come once, in order.
async fn assert_nothing_lost(influx: &Influx, pushing: Pushing) {
    let stats = pushing.stop().await;
    assert_eq!((stats.pushed(), stats.rejected(), stats.dropped()), (stats.written(), 0, 0));
    let taken = influx.points();
    assert_eq!(taken.len() as u64, stats.pushed());
    for series in ["c.count", "t.timer"] {
        assert_eq!(rising(&taken, series).len() as u64 * 2, stats.pushed(), "{series}");
    }
}

/// For 60 pushes: at one a second, a minute.
#[tokio::test]
async fn a_stop_of_influxdb_loses_nothing() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let address = server.addr();
    let pushing = Pushing::often(address, &registry());
    eventually(PATIENCE, async || pushing.stats.written() > 0).await;
    server.stop().await;
    // What was being sent is through.
    let (before, taken) = (pushing.stats.pushed(), influx.accepted_lines().len());
    eventually(PATIENCE, async || pushing.stats.pushed() >= before + 60).await;
    assert_eq!(influx.accepted_lines().len(), taken, "it is down");
    let _server = influx.listen_at(address).await;
    eventually(PATIENCE, async || pushing.stats.written() >= before + 60).await;
    assert_nothing_lost(&influx, pushing).await;
}

#[tokio::test]
async fn an_influxdb_that_comes_late_gets_everything_from_the_start() {
    let influx = Influx::healthy();
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound");
    drop(free);
    let pushing = Pushing::often(address, &registry());
    eventually(PATIENCE, async || pushing.stats.pushed() >= 20).await;
    assert_eq!(pushing.stats.written(), 0);
    let _server = influx.listen_at(address).await;
    eventually(PATIENCE, async || pushing.stats.written() >= 20).await;
    assert_nothing_lost(&influx, pushing).await;
}

#[tokio::test]
async fn an_overloaded_or_broken_one_is_asked_again_with_the_same_points() {
    let mut failures = [503, 429, 401].into_iter();
    let influx = Influx::new(move |_| failures.next().map_or(Reply::Accept, |s| Reply::Reject(s, "not now")));
    let server = influx.listen().await;
    let pushing = Pushing::often(server.addr(), &registry());
    eventually(PATIENCE, async || pushing.stats.written() > 0).await;
    let requests = influx.requests();
    for request in &requests[..4] {
        assert_eq!(request.lines, requests[0].lines, "the oldest first");
    }
    assert_nothing_lost(&influx, pushing).await;
}

#[tokio::test]
async fn a_slow_one_is_not_waited_for_longer_than_the_timeout() {
    let mut silent = 3;
    let influx = Influx::new(move |_| {
        if silent > 0 {
            silent -= 1;
            return Reply::Hang;
        }
        Reply::Accept
    });
    let server = influx.listen().await;
    let builder = to(server.addr()).interval(SHORT).timeout(Duration::from_millis(50));
    let pushing = Pushing::start(builder.build(&registry()).expect("a reporter"), LONG);
    eventually(PATIENCE, async || pushing.stats.written() > 0).await;
    assert!(influx.requests().len() > 3);
    assert_nothing_lost(&influx, pushing).await;
}
