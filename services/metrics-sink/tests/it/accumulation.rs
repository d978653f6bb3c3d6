//! Accumulation of counters and of the intervals of histograms and summaries.

use crate::support::Sink;
use crate::support::messages::{counter, first, histogram, next, summary};

#[tokio::test]
async fn serves_cumulative_counters_as_sent() {
    let sink = Sink::start(&[]).await;
    for values in [[1.0, 5.0], [7.0, 7.0]] {
        let stream = sink.stream().await;
        stream.send(&first("e", vec![counter("n", &[], values[0])])).await;
        stream.send(&next(vec![counter("n", &[], values[1])])).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 7.0);
}

#[tokio::test]
async fn adds_up_delta_counters_across_streams() {
    let sink = Sink::start(&["--counters=delta"]).await;
    for values in [[1.0, 5.0], [7.0, 0.0]] {
        let stream = sink.stream().await;
        stream.send(&first("e", vec![counter("n", &[], values[0])])).await;
        stream.send(&next(vec![counter("n", &[], values[1])])).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 13.0);
}

#[tokio::test]
async fn refuses_counters_that_are_negative_not_finite_or_missing() {
    let sink = Sink::start(&["--counters=delta"]).await;
    let stream = sink.stream().await;
    let invalid = [f64::NAN, -1.0, f64::INFINITY];
    stream.send(&first("e", invalid.map(|value| counter("n", &[], value)).to_vec())).await;
    let mut without_value = counter("n", &[], 1.0);
    without_value.metric[0].counter = None;
    stream.send(&next(vec![without_value, counter("n", &[], 2.0)])).await;
    sink.wait_for_messages(2).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 2.0);
    assert_eq!(sink.refused("value").await, 4.0);
}

#[tokio::test]
async fn accumulates_histogram_intervals_exactly_across_streams() {
    let sink = Sink::start(&[]).await;
    let big = (1 << 53) + 1;
    for _ in 0..2 {
        let stream = sink.stream().await;
        let rq_time =
            |buckets: &[(f64, u64)], count, sum| vec![histogram("rq_time", &[], buckets, count, sum)];
        stream.send(&first("e", rq_time(&[(0.5, 1), (5.0, 2)], 3, 20.25))).await;
        stream.send(&next(rq_time(&[(0.5, 0), (5.0, 0)], 0, 0.0))).await;
        stream.send(&next(rq_time(&[(0.5, 0), (5.0, 7)], big, 0.1))).await;
        stream.finish().await.unwrap();
    }
    let body =
        reqwest::get(format!("http://{}/envoy/metrics", sink.http())).await.unwrap().text().await.unwrap();
    let node = r#"job="envoy",instance="e""#;
    assert_eq!(
        body,
        format!(
            "# TYPE envoy_rq_time histogram\n\
             envoy_rq_time_bucket{{{node},le=\"0.5\"}} 2\n\
             envoy_rq_time_bucket{{{node},le=\"5\"}} 18\n\
             envoy_rq_time_bucket{{{node},le=\"+Inf\"}} {}\n\
             envoy_rq_time_sum{{{node}}} 40.7\n\
             envoy_rq_time_count{{{node}}} {}\n",
            2 * (3 + big),
            2 * (3 + big),
        )
    );
}

#[tokio::test]
async fn an_explicit_infinite_bound_is_rendered_once() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![histogram("rq_time", &[], &[(5.0, 1), (f64::INFINITY, 2)], 2, 9.0)])).await;
    sink.wait_for_messages(1).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_rq_time_bucket", &[("le", "+Inf")]), 2.0);
    assert_eq!(page.page().series_count(), 4);
}

#[tokio::test]
async fn a_histogram_with_new_bounds_is_reset() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let other = || counter("other", &[], 1.0);
    stream.send(&first("e", vec![other(), histogram("rq_time", &[], &[(5.0, 1)], 1, 3.0)])).await;
    stream.send(&next(vec![other(), histogram("rq_time", &[], &[(2.0, 0), (5.0, 1)], 1, 4.0)])).await;
    stream.send(&next(vec![other(), histogram("rq_time", &[], &[(2.0, 1), (5.0, 1)], 1, 1.0)])).await;
    sink.wait_for_messages(3).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_rq_time_bucket", &[("le", "2")]), 1.0);
    assert_eq!(page.value("envoy_rq_time_bucket", &[("le", "5")]), 2.0);
    assert_eq!(page.value("envoy_rq_time_sum", &[]), 5.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_series", &[]), 6.0);
}

#[tokio::test]
async fn refuses_bounds_that_are_not_strictly_ascending() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let invalid = [&[(5.0, 1), (5.0, 1)][..], &[(5.0, 1), (2.0, 1)], &[(f64::NAN, 1)]];
    stream
        .send(&first("e", invalid.map(|buckets| histogram("rq_time", &[], buckets, 1, 1.0)).to_vec()))
        .await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.refused("value").await, 3.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_series", &[]), 0.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_series_bytes", &[]), 0.0);
}

#[tokio::test]
async fn refuses_intervals_whose_sum_is_not_finite() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    for sum in [1.5, f64::NAN, f64::INFINITY, 2.5] {
        let families = vec![
            histogram("rq_time", &[], &[(5.0, 1)], 1, sum),
            summary("other", &[], &[(0.5, f64::NAN)], 1, sum),
        ];
        stream.send(&first("e", families)).await;
    }
    sink.wait_for_messages(4).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.value("envoy_rq_time_sum", &[]), 4.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 2.0);
    assert_eq!(page.value("envoy_other_sum", &[]), 4.0);
    assert_eq!(sink.refused("value").await, 4.0);
}

#[tokio::test]
async fn refuses_histograms_whose_buckets_are_not_cumulative_or_do_not_end_at_the_count() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let inf = f64::INFINITY;
    let invalid = [
        (&[(1.0, 5), (2.0, 3), (3.0, 9)][..], 4),
        (&[(1.0, 1), (2.0, 5)], 4),
        (&[(1.0, 2), (2.0, 1)], 4),
        (&[(1.0, 1), (inf, 3)], 4),
        (&[(inf, 4), (1.0, 4)], 4),
        (&[(inf, 4), (inf, 4)], 4),
        (&[(f64::NEG_INFINITY, 1), (f64::NAN, 1)], 4),
    ];
    let histograms = |buckets: &[(f64, u64)], count| histogram("rq_time", &[], buckets, count, 1.0);
    let refused = invalid.map(|(buckets, count)| histograms(buckets, count)).to_vec();
    stream.send(&first("e", refused.clone())).await;
    stream.send(&next(vec![histograms(&[(1.0, 1), (2.0, 1), (3.0, 4)], 4)])).await;
    // Neither an invalid interval with the stored bounds nor one with new bounds changes the totals.
    stream.send(&next(vec![histograms(&[(1.0, 2), (2.0, 1), (3.0, 4)], 4)])).await;
    stream.send(&next(refused)).await;
    sink.wait_for_messages(4).await;
    let page = sink.envoy_metrics().await;
    let buckets = ["1", "2", "3", "+Inf"].map(|le| page.value("envoy_rq_time_bucket", &[("le", le)]));
    assert_eq!(buckets, [1.0, 1.0, 4.0, 4.0]);
    assert_eq!(sink.refused("value").await, 15.0);
}

#[tokio::test]
async fn refuses_quantiles_that_are_not_ascending_from_0_to_1() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let invalid = [
        &[(1.5, 1.0)][..],
        &[(-0.1, 1.0)],
        &[(f64::NAN, 1.0)],
        &[(0.9, 1.0), (0.5, 1.0)],
        &[(0.5, 1.0), (0.5, 1.0)],
    ];
    stream.send(&first("e", invalid.map(|quantiles| summary("s", &[], quantiles, 1, 1.0)).to_vec())).await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.refused("value").await, 5.0);
    assert_eq!(sink.envoy_metrics().await.page().series_count(), 0);
}

#[tokio::test]
async fn a_summary_may_get_other_quantiles() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    for quantiles in
        [&[(-0.0, 1.0), (0.5, 2.0)][..], &[(0.25, 3.0)], &[(0.0, 1.0), (0.5, 2.0), (1.0, f64::NAN)]]
    {
        stream.send(&first("e", vec![summary("s", &[], quantiles, 2, 3.0)])).await;
    }
    sink.wait_for_messages(3).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().series_count(), 5);
    assert_eq!(page.value("envoy_s", &[("quantile", "0.5")]), 2.0);
    assert_eq!(page.value("envoy_s_count", &[]), 6.0);
    assert_eq!(sink.self_metrics().await.value("metrics_sink_series", &[]), 5.0);
}
