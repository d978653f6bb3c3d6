//! Points that InfluxDB rejects.

use push_metrics::Registry;
use testkit::eventually;
use testkit::influx::{Influx, Reply};

use crate::support::{RunningReporter, TEST_TIMEOUT, timestamps};

const ACCEPTED: [&str; 4] = ["a.count", "b.count", "c.count", "d.count"];

/// Four counters that InfluxDB accepts, and one that it rejects.
fn registry() -> Registry {
    let registry = Registry::new();
    for name in ["a", "b", "bad", "c", "d"] {
        registry.counter(name).expect("valid name");
    }
    registry
}

async fn assert_only_bad_points_are_rejected(influx: Influx) {
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.rejected() >= 3).await;
    let stats = pushing.stop().await;
    let pushes = stats.pushed() / 5;
    assert_eq!((stats.written(), stats.rejected(), stats.dropped()), (pushes * 4, pushes, 0));
    let accepted = influx.points();
    assert_eq!(accepted.len() as u64, stats.written());
    for series in ACCEPTED {
        assert_eq!(timestamps(&accepted, series).len() as u64, pushes, "{series}");
    }
}

#[tokio::test]
async fn a_partial_write_is_not_retried() {
    for status in [400, 422] {
        assert_only_bad_points_are_rejected(Influx::new(move |_| Reply::Partial(status))).await;
    }
}

#[tokio::test]
async fn a_rejected_batch_is_split() {
    let influx = Influx::new(|request| {
        if request.lines.iter().any(|line| line.starts_with("bad")) {
            return Reply::Reject(400, "unable to parse 'bad.count value=0i'");
        }
        Reply::Accept
    });
    assert_only_bad_points_are_rejected(influx).await;
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_split() {
    let influx = Influx::new(|request| match request.lines.len() {
        0..=2 => Reply::Accept,
        _ => Reply::Reject(413, "Request Entity Too Large"),
    });
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.written() >= 15).await;
    let stats = pushing.stop().await;
    assert_eq!((stats.written(), stats.rejected(), stats.dropped()), (stats.pushed(), 0, 0));
    for series in ACCEPTED {
        assert_eq!(timestamps(&influx.points(), series).len() as u64 * 5, stats.pushed(), "{series}");
    }
}
