//! An InfluxDB that takes longer for a write than the interval between two pushes.

use std::time::Duration;

use push_metrics::{Failure, Registry};
use testkit::eventually;
use testkit::influx::{Influx, Reply};

use crate::support::{INTERVAL, NEVER, RunningReporter, TEST_TIMEOUT, builder, timestamps};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("valid name");
    registry
}

/// Holds the first write until it is released.
fn slow_once() -> Influx {
    let mut is_first = true;
    Influx::new(move |_| if std::mem::take(&mut is_first) { Reply::Hold } else { Reply::Accept })
}

#[tokio::test]
async fn all_that_waits_during_a_write_is_sent_in_the_next_one() {
    let influx = slow_once();
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.pushed() >= 50).await;
    let requests = influx.requests();
    assert_eq!((requests.len(), requests[0].lines.len()), (1, 1));
    influx.release();
    eventually(TEST_TIMEOUT, async || pushing.stats.written() >= 50).await;
    assert!(influx.requests()[1].lines.len() >= 49, "{:?}", influx.requests()[1]);
    let stats = pushing.stop().await;
    assert_eq!((stats.pushed(), stats.rejected(), stats.dropped()), (stats.written(), 0, 0));
    assert_eq!(timestamps(&influx.points(), "c.count").len() as u64, stats.pushed());
}

#[tokio::test]
async fn a_stop_needs_two_writes_at_most_however_many_points_wait() {
    let influx = slow_once();
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.pushed() >= 50).await;
    pushing.request_stop();
    influx.release();
    let stats = pushing.stop().await;
    assert_eq!(influx.requests().len(), 2);
    assert_eq!((stats.pushed(), stats.dropped()), (stats.written(), 0));
}

/// Each write takes 20 intervals.
#[tokio::test]
async fn the_lag_is_bounded_if_every_write_is_slow() {
    let influx = Influx::new(|_| Reply::AcceptAfter(INTERVAL * 20));
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.written() >= 100).await;
    let stats = pushing.stop().await;
    assert_eq!((stats.pushed(), stats.dropped()), (stats.written(), 0));
    let requests = influx.requests();
    assert!(requests.len() < 20, "{} requests for {} points", requests.len(), stats.pushed());
    assert_eq!(timestamps(&influx.points(), "c.count").len() as u64, stats.pushed());
}

/// The server answers small requests only in time.
#[tokio::test]
async fn requests_that_are_too_large_to_be_answered_in_time_become_smaller() {
    let influx = Influx::new(|request| match request.lines.iter().map(String::len).sum::<usize>() {
        0..200_000 => Reply::Accept,
        _ => Reply::Hang,
    });
    let registry = Registry::new();
    for number in 0..1000 {
        registry.counter(&format!("{}{number}", "n".repeat(400))).expect("valid name");
    }
    let server = influx.listen().await;
    let builder = builder(server.addr()).interval(NEVER).timeout(Duration::from_millis(500)).gzip(false);
    let reporter = builder.build(&registry).expect("valid settings");
    let stats = RunningReporter::start(reporter, TEST_TIMEOUT).stop().await;
    assert_eq!((stats.pushed(), stats.written()), (1000, 1000));
    assert!(stats.failures(Failure::Timeout) > 0);
}
