//! Which values are in the window at which time.

use std::time::{Duration, Instant};

use sharded_metrics::WindowedHistogram;

const SECOND: Duration = Duration::from_secs(1);

/// A histogram over three seconds, and the instant at which its window starts.
fn three_seconds() -> (WindowedHistogram, Instant) {
    let start = Instant::now();
    (WindowedHistogram::starting_at(start, 3 * SECOND, 3), start)
}

#[test]
fn a_value_leaves_with_its_age_bucket() {
    let (histogram, start) = three_seconds();
    for second in 0..3 {
        histogram.record_at(start + second * SECOND, 10 + u64::from(second));
    }
    for (second, count, min, max) in [(2, 3, 10, 12), (3, 2, 11, 12), (4, 1, 12, 12), (5, 0, 0, 0)] {
        let snapshot = histogram.snapshot(start + second * SECOND);
        assert_eq!((snapshot.count(), snapshot.min(), snapshot.max()), (count, min, max), "at {second} s");
    }
    assert_eq!((histogram.lifetime_count(), histogram.lifetime_sum()), (3, 33));
}

#[test]
fn a_late_advance_drops_the_values_that_have_left_the_window() {
    let (histogram, start) = three_seconds();
    histogram.record_at(start, 1);
    histogram.record_at(start + SECOND, 2);
    histogram.advance(start + SECOND * 3);
    let snapshot = histogram.snapshot(start + SECOND * 3);
    assert_eq!((snapshot.count(), snapshot.sum()), (1, 2));
}

#[test]
fn an_advance_after_many_windows_drops_all_values_and_later_ones_are_counted() {
    let (histogram, start) = three_seconds();
    histogram.record(1);
    let late = start + 1000 * SECOND;
    assert_eq!(histogram.snapshot(late).count(), 0);
    histogram.record_at(late + SECOND, 7);
    let snapshot = histogram.snapshot(late + 3 * SECOND);
    assert_eq!((snapshot.count(), snapshot.quantile(0.5)), (1, 7.0));
}

#[test]
fn an_earlier_time_does_not_move_the_window() {
    let (histogram, start) = three_seconds();
    histogram.record_at(start + 2 * SECOND, 1);
    histogram.record_at(start, 2);
    assert_eq!(histogram.snapshot(start + SECOND).count(), 2);
    assert_eq!(histogram.snapshot(start + 4 * SECOND).count(), 2);
    assert_eq!(histogram.snapshot(start + 5 * SECOND).count(), 0);
}

#[test]
#[should_panic(expected = "a window needs at least one age bucket")]
fn zero_age_buckets_panic() {
    let _ = WindowedHistogram::new(SECOND, 0);
}
