//! Recording allocates only on a thread's first record.

use std::time::{Duration, Instant};

use push_metrics::Registry;

#[test]
fn only_the_first_record_of_a_thread_allocates() {
    let registry = Registry::new();
    let (timer, counter) =
        (registry.timer("t").expect("valid name"), registry.counter("c").expect("valid name"));
    let meter = registry.meter("m").expect("valid name");
    timer.update(Duration::from_millis(1));
    let now = Instant::now();
    let measured = allocation_counter::measure(|| {
        for nanos in 0..10_000 {
            timer.update(Duration::from_nanos(nanos));
            timer.update_at(now, Duration::from_nanos(nanos));
            drop(timer.start());
            counter.inc();
            meter.mark(1);
        }
    });
    assert_eq!(measured.count_total, 0);
    assert_eq!(timer.count(), 30_001);
}
