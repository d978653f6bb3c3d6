//! Recording allocates once for a thread.

use std::time::{Duration, Instant};

use push_metrics::Registry;

#[test]
fn only_a_threads_first_record_allocates() {
    let registry = Registry::new();
    let (timer, counter) = (registry.timer("t").expect("a name"), registry.counter("c").expect("a name"));
    let meter = registry.meter("m").expect("a name");
    timer.update(Duration::from_millis(1));
    let now = Instant::now();
    let counted = allocation_counter::measure(|| {
        for nanos in 0..10_000 {
            timer.update(Duration::from_nanos(nanos));
            timer.update_at(now, Duration::from_nanos(nanos));
            drop(timer.start());
            counter.inc();
            meter.mark(1);
        }
    });
    assert_eq!(counted.count_total, 0);
    assert_eq!(timer.count(), 30_001);
}
