//! More points than the queue holds.

use push_metrics::Registry;
use testkit::eventually;
use testkit::influx::Influx;

use crate::support::{INTERVAL, NEVER, RunningReporter, TEST_TIMEOUT, builder, timestamps, values};

/// Length of `c.count value=111i 1700000000000000000` and its line feed.
const LINE_BYTES: usize = 40;
/// Number of points that the queue holds.
const CAPACITY: usize = 5;

#[tokio::test]
async fn a_full_queue_drops_and_counts_the_oldest_points() {
    let influx = Influx::healthy();
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound listener");
    drop(free);
    let registry = Registry::new();
    let counter = registry.counter("c").expect("valid name");
    counter.add(111);
    let builder = builder(address).interval(INTERVAL).queue_bytes(CAPACITY * LINE_BYTES + LINE_BYTES / 2);
    let pushing = RunningReporter::start(builder.build(&registry).expect("valid settings"), NEVER);
    eventually(TEST_TIMEOUT, async || pushing.stats.dropped() > 0).await;
    counter.add(111);
    let before = pushing.stats.pushed();
    // The first of them may have been created before the count changed.
    eventually(TEST_TIMEOUT, async || pushing.stats.pushed() > before + CAPACITY as u64).await;
    pushing.request_stop();
    let _server = influx.listen_at(address).await;
    let stats = pushing.stop().await;
    let accepted = influx.points();
    assert_eq!(values(&accepted), ["222i"; CAPACITY]);
    assert_eq!(timestamps(&accepted, "c.count").len(), CAPACITY);
    assert_eq!((stats.written(), stats.rejected()), (CAPACITY as u64, 0));
    assert_eq!(stats.dropped(), stats.pushed() - CAPACITY as u64);
}
