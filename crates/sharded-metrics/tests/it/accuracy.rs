//! Compares snapshots with the exact values of the window.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use sharded_metrics::{Snapshot, WindowedHistogram};

const AGE_BUCKETS: usize = 4;
const AGE_BUCKET: Duration = Duration::from_millis(100);

/// Each value with the number of its age bucket.
#[derive(Default)]
struct Exact(VecDeque<(u128, u64)>);

impl Exact {
    /// The values in the window at `elapsed` after the start, ascending.
    fn sorted(&mut self, elapsed: Duration) -> Vec<u64> {
        let current = elapsed.as_nanos() / AGE_BUCKET.as_nanos();
        self.0.retain(|(bucket, _)| bucket + AGE_BUCKETS as u128 > current);
        let mut values: Vec<_> = self.0.iter().map(|(_, value)| *value).collect();
        values.sort_unstable();
        values
    }
}

fn quantile(sorted: &[u64], q: f64) -> u64 {
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted[rank.max(1) - 1]
}

fn compare(snapshot: &Snapshot, exact: &[u64]) -> Result<(), TestCaseError> {
    prop_assert_eq!(snapshot.count(), exact.len() as u64);
    let sum = exact.iter().copied().fold(0, u64::wrapping_add);
    prop_assert_eq!(snapshot.sum(), sum);
    prop_assert_eq!(snapshot.min(), exact.first().copied().unwrap_or_default());
    prop_assert_eq!(snapshot.max(), exact.last().copied().unwrap_or_default());
    if exact.is_empty() {
        let floats = [snapshot.quantile(0.5), snapshot.mean(), snapshot.variance(), snapshot.stddev()];
        prop_assert!(floats.iter().all(|value| value.is_nan()));
        return Ok(());
    }
    for q in [0.0, 0.001, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0] {
        let (ours, exact) = (snapshot.quantile(q), quantile(exact, q) as f64);
        prop_assert!((ours - exact).abs() <= exact * 0.0079, "{} at {}, exactly {}", ours, q, exact);
    }
    let count = exact.len() as f64;
    let mean = exact.iter().map(|value| *value as f64).sum::<f64>() / count;
    let deviation = exact.iter().map(|value| (*value as f64 - mean).powi(2)).sum::<f64>() / count;
    // The estimate of each value differs from it by at most 1/128.
    let max_error = (exact.iter().map(|value| (*value as f64 / 128.0).powi(2)).sum::<f64>() / count).sqrt();
    prop_assert!((snapshot.stddev() - deviation.sqrt()).abs() <= max_error * 1.000_001);
    prop_assert!((snapshot.stddev().powi(2) - snapshot.variance()).abs() <= snapshot.variance() * 1e-9);
    Ok(())
}

#[derive(Debug, Clone)]
enum Step {
    Record(u64),
    Wait(Duration),
    Compare,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u32..64, any::<u64>()).prop_map(|(bits, value)| Step::Record(value >> bits)),
        3 => (0u64..150).prop_map(|millis| Step::Wait(Duration::from_millis(millis))),
        1 => (0u64..1500).prop_map(|millis| Step::Wait(Duration::from_millis(millis))),
        1 => Just(Step::Compare),
    ]
}

proptest! {
    #[test]
    fn any_values_over_any_time_are_within_the_documented_error(steps in prop::collection::vec(step(), 1..200)) {
        let start = Instant::now();
        let mut elapsed = Duration::ZERO;
        let histogram = WindowedHistogram::starting_at(start, AGE_BUCKET * AGE_BUCKETS as u32, AGE_BUCKETS);
        let mut exact = Exact::default();
        let (mut count, mut sum) = (0, 0u64);
        for step in steps.into_iter().chain([Step::Compare]) {
            match step {
                Step::Record(value) => {
                    histogram.record_at(start + elapsed, value);
                    exact.0.push_back((elapsed.as_nanos() / AGE_BUCKET.as_nanos(), value));
                    (count, sum) = (count + 1, sum.wrapping_add(value));
                }
                Step::Wait(time) => elapsed += time,
                Step::Compare => compare(&histogram.snapshot(start + elapsed), &exact.sorted(elapsed))?,
            }
            prop_assert_eq!((histogram.lifetime_count(), histogram.lifetime_sum()), (count, sum));
        }
    }

    #[test]
    fn many_similar_values_are_within_the_documented_error(values in prop::collection::vec(900_000u64..1_100_000, 1..3000)) {
        let histogram = WindowedHistogram::new(Duration::from_secs(60), 6);
        values.iter().for_each(|value| histogram.record(*value));
        let mut sorted = values;
        sorted.sort_unstable();
        compare(&histogram.snapshot(Instant::now()), &sorted)?;
    }
}
