//! More points than there is room for.

use push_metrics::Registry;
use testkit::eventually;

use testkit::influx::Influx;

use crate::support::{LONG, PATIENCE, Pushing, SHORT, rising, to, values};

/// `c.count value=111i 1700000000000000000` and its end.
const LINE: usize = 40;
const ROOM: usize = 5;

#[tokio::test]
async fn the_newest_stay_and_the_rest_is_counted() {
    let influx = Influx::healthy();
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound");
    drop(free);
    let registry = Registry::new();
    let counter = registry.counter("c").expect("a name");
    counter.add(111);
    let builder = to(address).interval(SHORT).queue_bytes(ROOM * LINE + LINE / 2);
    let pushing = Pushing::start(builder.build(&registry).expect("a reporter"), LONG);
    eventually(PATIENCE, async || pushing.stats.dropped() > 0).await;
    counter.add(111);
    let before = pushing.stats.pushed();
    // One of them may have been made before the count changed.
    eventually(PATIENCE, async || pushing.stats.pushed() > before + ROOM as u64).await;
    pushing.tell_to_stop();
    let _server = influx.listen_at(address).await;
    let stats = pushing.stop().await;
    let taken = influx.points();
    assert_eq!(values(&taken), ["222i"; ROOM]);
    assert_eq!(rising(&taken, "c.count").len(), ROOM);
    assert_eq!((stats.written(), stats.rejected()), (ROOM as u64, 0));
    assert_eq!(stats.dropped(), stats.pushed() - ROOM as u64);
}
