use std::time::Duration;

use proptest::prelude::*;

use super::*;

const SAMPLES: [Sample; 2] = [Sample::Uniform { size: 100 }, Sample::ExpDecay { size: 100, alpha: 0.015 }];

/// go-metrics' `SamplePercentiles`, literally.
fn percentile_of_go(values: &[i64], p: f64) -> f64 {
    let size = values.len();
    if size == 0 {
        return 0.0;
    }
    let position = p * (size + 1) as f64;
    if position < 1.0 {
        values[0] as f64
    } else if position >= size as f64 {
        values[size - 1] as f64
    } else {
        let (lower, upper) = (values[position as usize - 1] as f64, values[position as usize] as f64);
        lower + (position - position.floor()) * (upper - lower)
    }
}

proptest! {
    #[test]
    fn percentiles_are_those_of_go_metrics(mut values in prop::collection::vec(-1000i64..1000, 0..50), p in 0.0f64..=1.0) {
        values.sort_unstable();
        let distribution = Distribution { count: 0, values };
        prop_assert_eq!(distribution.percentile(p), percentile_of_go(&distribution.values, p));
    }

    #[test]
    fn a_stream_that_fits_is_kept_whole(values in prop::collection::vec(any::<i64>(), 0..100)) {
        for sample in SAMPLES {
            let histogram = Histogram::new(sample);
            values.iter().for_each(|value| histogram.update(*value));
            let mut sorted = values.clone();
            sorted.sort_unstable();
            prop_assert_eq!(histogram.read(), Distribution { count: values.len() as u64, values: sorted });
        }
    }
}

#[test]
fn a_sample_is_limited_and_the_count_is_not() {
    for sample in SAMPLES {
        let histogram = Histogram::new(sample);
        (0..10_000).for_each(|value| histogram.update(value));
        let read = histogram.read();
        assert_eq!((read.count(), read.values.len()), (10_000, 100));
        assert!(read.values.windows(2).all(|pair| pair[0] < pair[1]), "a value is kept twice");
        histogram.clear();
        assert_eq!(histogram.read(), Distribution { count: 0, values: vec![] });
    }
}

#[test]
fn a_uniform_sample_represents_the_whole_stream() {
    let histogram = Histogram::new(Sample::Uniform { size: 1000 });
    (0..100_000).for_each(|value| histogram.update(value));
    // Six standard deviations of the mean of 1000 values.
    assert!((histogram.read().mean() - 50_000.0).abs() < 5_500.0, "{}", histogram.read().mean());
}

#[test]
fn a_decaying_sample_favors_new_values_also_after_days() {
    let histogram = Histogram::new(Sample::default());
    let begin = Instant::now();
    (0..10_000).for_each(|_| histogram.update_at(begin, 0));
    let later = begin + Duration::from_secs(10 * 24 * 3600);
    (0..2000).for_each(|_| histogram.update_at(later, 1));
    assert_eq!(histogram.read().mean(), 1.0);
}

#[test]
fn a_sample_of_size_0_keeps_nothing() {
    for sample in [Sample::Uniform { size: 0 }, Sample::ExpDecay { size: 0, alpha: 0.015 }] {
        let histogram = Histogram::new(sample);
        (0..5).for_each(|value| histogram.update(value));
        assert_eq!(histogram.read(), Distribution { count: 5, values: vec![] });
    }
}

#[test]
fn statistics_of_extreme_values_do_not_overflow() {
    let distribution = Distribution { count: 2, values: vec![i64::MIN, i64::MAX] };
    assert_eq!((distribution.mean(), distribution.min(), distribution.max()), (-0.5, i64::MIN, i64::MAX));
    assert!(distribution.stddev() > 9.2e18);
    assert_eq!(distribution.percentile(0.5), 0.0);
}
