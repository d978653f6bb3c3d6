//! The smallest and the longest times of a reporter's settings.

use std::time::Duration;

use push_metrics::{BuildError, Destination, Registry, Reporter};
use testkit::influx::Influx;

use crate::support::{NEVER, RunningReporter, TEST_TIMEOUT, builder};

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("valid name");
    registry
}

#[test]
fn settings_with_which_no_point_would_arrive_are_refused() {
    let builder = || Reporter::builder(Destination::v1("http://127.0.0.1:1", "metric").expect("valid"));
    let no_timeout = builder().timeout(Duration::ZERO).build(&registry());
    assert!(matches!(no_timeout, Err(BuildError::Timeout)), "{no_timeout:?}");
    let no_interval = builder().interval(Duration::ZERO).build(&registry());
    assert!(matches!(no_interval, Err(BuildError::Interval)), "{no_interval:?}");
    for seconds in [1, 3599, u64::MAX] {
        let destination = Destination::v1("http://127.0.0.1:1", "metric").expect("valid");
        let destination = destination.create_database(Duration::from_secs(seconds));
        let retention = Reporter::builder(destination).build(&registry());
        assert!(matches!(retention, Err(BuildError::Destination(_))), "{seconds} s: {retention:?}");
    }
}

#[tokio::test]
async fn the_longest_times_are_possible() {
    for align in [false, true] {
        let influx = Influx::healthy();
        let server = influx.listen().await;
        let builder = builder(server.addr()).interval(Duration::MAX).timeout(Duration::MAX).align(align);
        let reporter = builder.build(&registry()).expect("valid settings");
        let stats = RunningReporter::start(reporter, Duration::MAX).stop().await;
        assert_eq!((stats.pushed(), stats.written()), (1, 1), "the push at the stop");
    }
}

#[tokio::test]
async fn a_grace_period_of_0_still_ends() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let reporter = builder(server.addr()).interval(NEVER).timeout(TEST_TIMEOUT);
    let reporter = reporter.build(&registry()).expect("valid settings");
    let stats = RunningReporter::start(reporter, Duration::ZERO).stop().await;
    assert_eq!(stats.written() + stats.dropped(), 1);
}
