//! Heat map frames hold the count of each bucket, whatever the order of the cumulative buckets.

use std::time::Duration;

use dashboards::{
    frame::frames,
    model::Target,
    queries::Query,
    response::{QueryResponse, Response, Series},
    time::Window,
};
use proptest::prelude::*;

/// Counts per bucket and time, and the order of the series in the response.
fn histogram() -> impl Strategy<Value = (Vec<Vec<u32>>, Vec<usize>)> {
    (1..8_usize, 1..10_usize).prop_flat_map(|(buckets, times)| {
        let counts = prop::collection::vec(prop::collection::vec(0..1000_u32, times), buckets);
        (counts, Just((0..buckets).collect::<Vec<usize>>()).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn converts_cumulative_buckets_to_counts_per_bucket((buckets, order) in histogram()) {
        let bound = |bucket: usize| if bucket + 1 == buckets.len() { "+Inf".to_owned() } else { format!("{}", 1 << bucket) };
        let cumulative = |bucket: usize| {
            let up_to = |time: usize| buckets[..=bucket].iter().map(|counts| f64::from(counts[time])).sum::<f64>();
            (0..buckets[0].len()).map(|time| (time as f64, up_to(time))).collect::<Vec<_>>()
        };
        let series = |bucket: &usize| Series {
            labels: [("le".to_owned(), bound(*bucket))].into(),
            points: cumulative(*bucket),
        };
        let target = Target { format: Some("heatmap".into()), ..Target::default() };
        let window = Window { from_ms: 0, to_ms: 10_000 };
        let query = Query::Range { expr: "x".into(), window, step: Duration::from_secs(1) };
        let response = Response::Prometheus(order.iter().map(series).collect());
        let frames = frames(&[QueryResponse { target: &target, query: &query, response: &response }], &[]).unwrap();
        prop_assert_eq!(frames.len(), 1);
        for (bucket, counts) in buckets.iter().enumerate() {
            let field = &frames[0].fields[bucket + 1];
            prop_assert_eq!(&field.name, &bound(bucket));
            let counts: Vec<Option<f64>> = counts.iter().map(|count| Some(f64::from(*count))).collect();
            prop_assert_eq!(field.numbers().unwrap(), &*counts);
        }
    }

    /// Prometheus returns a bucket from the time at which it first exists.
    #[test]
    fn a_missing_bucket_counts_nothing_and_loses_nothing((buckets, order) in histogram(), gaps in any::<u64>()) {
        let bound = |bucket: usize| if bucket + 1 == buckets.len() { "+Inf".to_owned() } else { format!("{}", 1 << bucket) };
        let exists = |bucket: usize, time: usize| bucket + 1 == buckets.len() || gaps >> ((bucket * 10 + time) % 64) & 1 == 0;
        let series = |bucket: &usize| {
            let up_to = |time: usize| buckets[..=*bucket].iter().map(|counts| f64::from(counts[time])).sum::<f64>();
            let times = (0..buckets[0].len()).filter(|time| exists(*bucket, *time));
            Series {
                labels: [("le".to_owned(), bound(*bucket))].into(),
                points: times.map(|time| (time as f64, up_to(time))).collect(),
            }
        };
        let target = Target { format: Some("heatmap".into()), ..Target::default() };
        let window = Window { from_ms: 0, to_ms: 10_000 };
        let query = Query::Range { expr: "x".into(), window, step: Duration::from_secs(1) };
        let response = Response::Prometheus(order.iter().map(series).collect());
        let frames = frames(&[QueryResponse { target: &target, query: &query, response: &response }], &[]).unwrap();
        for time in 0..buckets[0].len() {
            let total: f64 = buckets.iter().map(|counts| f64::from(counts[time])).sum();
            let cells = frames[0].fields.iter().skip(1).filter_map(|field| field.numbers()?[time]);
            prop_assert_eq!(cells.sum::<f64>(), total, "at {}", time);
        }
    }
}
