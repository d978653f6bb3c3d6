//! Recording allocates once for a thread.

use std::time::{Duration, Instant};

use sharded_metrics::WindowedHistogram;

#[test]
fn only_a_threads_first_record_allocates() {
    let begin = Instant::now();
    let histogram = WindowedHistogram::starting_at(begin, Duration::from_secs(60), 6);
    let first = allocation_counter::measure(|| histogram.record(1));
    assert!(first.count_total > 0);
    let later = allocation_counter::measure(|| {
        (0..10_000).for_each(|value| histogram.record_at(begin, value * value * value));
    });
    assert_eq!(later.count_total, 0);
}
