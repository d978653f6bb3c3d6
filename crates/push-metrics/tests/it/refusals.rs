//! Points that InfluxDB will never take.

use push_metrics::Registry;
use testkit::eventually;

use testkit::influx::{Influx, Reply};

use crate::support::{PATIENCE, Pushing, rising};

const GOOD: [&str; 4] = ["a.count", "b.count", "c.count", "d.count"];

/// Four that are good, with a bad one in their midst.
fn registry() -> Registry {
    let registry = Registry::new();
    for name in ["a", "b", "bad", "c", "d"] {
        registry.counter(name).expect("a name");
    }
    registry
}

async fn assert_the_others_come(influx: Influx) {
    let server = influx.listen().await;
    let pushing = Pushing::often(server.addr(), &registry());
    eventually(PATIENCE, async || pushing.stats.rejected() >= 3).await;
    let stats = pushing.stop().await;
    let pushes = stats.pushed() / 5;
    assert_eq!((stats.written(), stats.rejected(), stats.dropped()), (pushes * 4, pushes, 0));
    let taken = influx.points();
    assert_eq!(taken.len() as u64, stats.written());
    for series in GOOD {
        assert_eq!(rising(&taken, series).len() as u64, pushes, "{series}");
    }
}

#[tokio::test]
async fn a_partial_write_is_done() {
    for status in [400, 422] {
        assert_the_others_come(Influx::new(move |_| Reply::Partial(status))).await;
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_whole_is_sent_in_parts() {
    let influx = Influx::new(|request| {
        if request.lines.iter().any(|line| line.starts_with("bad")) {
            return Reply::Reject(400, "unable to parse 'bad.count value=0i'");
        }
        Reply::Accept
    });
    assert_the_others_come(influx).await;
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_sent_in_parts() {
    let influx = Influx::new(|request| match request.lines.len() {
        0..=2 => Reply::Accept,
        _ => Reply::Reject(413, "Request Entity Too Large"),
    });
    let server = influx.listen().await;
    let pushing = Pushing::often(server.addr(), &registry());
    eventually(PATIENCE, async || pushing.stats.written() >= 15).await;
    let stats = pushing.stop().await;
    assert_eq!((stats.written(), stats.rejected(), stats.dropped()), (stats.pushed(), 0, 0));
    for series in GOOD {
        assert_eq!(rising(&influx.points(), series).len() as u64 * 5, stats.pushed(), "{series}");
    }
}
