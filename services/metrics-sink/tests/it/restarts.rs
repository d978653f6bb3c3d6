//! An Envoy whose counters fall has restarted, and begins anew.

use crate::support::Sink;
use crate::support::messages::{at, counter, first, gauge, histogram, next};

#[tokio::test]
async fn all_begins_anew_when_a_counter_falls() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let before = vec![
        histogram("rq_time", &[], &[(5.0, 4)], 4, 12.0),
        counter("n", &[], 10.0),
        counter("gone", &[], 10.0),
        gauge("gone_too", &[], 1.0),
    ];
    stream.send(&first("e", before)).await;
    stream.finish().await.unwrap();
    let stream = sink.stream().await;
    // The histogram comes first: its place in the message does not matter.
    let after = vec![histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0), counter("n", &[], 3.0)];
    stream.send(&first("e", after)).await;
    sink.has_taken(2).await;
    let page = sink.envoys().await;
    assert_eq!(page.value("envoy_n", &[]), 3.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 1.0);
    assert_eq!(page.value("envoy_rq_time_sum", &[]), 2.0);
    assert!(!page.has("envoy_gone", &[]) && !page.has("envoy_gone_too", &[]));
}

#[tokio::test]
async fn what_a_flush_has_brought_before_the_fall_is_kept() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let batches = |time, early: f64, late: f64| {
        [at(time, vec![counter("early", &[], early)]), at(time, vec![counter("late", &[], late)])]
    };
    let [early, late] = batches(1_000, 1.0, 10.0);
    stream.send(&first("e", early)).await;
    stream.send(&next(late)).await;
    let [early, late] = batches(2_000, 2.0, 5.0);
    stream.send(&next(early)).await;
    stream.send(&next(late)).await;
    sink.has_taken(4).await;
    let page = sink.envoys().await;
    assert_eq!(page.value("envoy_early", &[]), 2.0);
    assert_eq!(page.value("envoy_late", &[]), 5.0);
}

#[tokio::test]
async fn a_counter_that_was_away_for_a_flush_may_come_back_lower() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let rq_time = || histogram("rq_time", &[], &[(5.0, 1)], 1, 2.0);
    stream.send(&first("e", at(1, vec![counter("evicted", &[], 9.0), rq_time()]))).await;
    stream.send(&next(at(2, vec![rq_time()]))).await;
    stream.send(&next(at(3, vec![counter("evicted", &[], 1.0), rq_time()]))).await;
    sink.has_taken(3).await;
    let page = sink.envoys().await;
    assert_eq!(page.value("envoy_evicted", &[]), 1.0);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 3.0);
}
