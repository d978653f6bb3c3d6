//! Counters, cumulative and delta.

use crate::support::Sink;
use crate::support::messages::{counter, first, next};

#[tokio::test]
async fn cumulative_counters_are_shown_as_sent() {
    let sink = Sink::start(&[]).await;
    for values in [[1.0, 5.0], [7.0, 7.0]] {
        let stream = sink.stream().await;
        stream.send(&first("e", vec![counter("n", &[], values[0])])).await;
        stream.send(&next(vec![counter("n", &[], values[1])])).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 7.0);
}

#[tokio::test]
async fn delta_counters_are_added_up_over_streams() {
    let sink = Sink::start(&["--counters=delta"]).await;
    for values in [[1.0, 5.0], [7.0, 0.0]] {
        let stream = sink.stream().await;
        stream.send(&first("e", vec![counter("n", &[], values[0])])).await;
        stream.send(&next(vec![counter("n", &[], values[1])])).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 13.0);
}

#[tokio::test]
async fn a_counter_has_a_number_from_0_on() {
    let sink = Sink::start(&["--counters=delta"]).await;
    let stream = sink.stream().await;
    let wrong = [f64::NAN, -1.0, f64::INFINITY];
    stream.send(&first("e", wrong.map(|value| counter("n", &[], value)).to_vec())).await;
    let mut without = counter("n", &[], 1.0);
    without.metric[0].counter = None;
    stream.send(&next(vec![without, counter("n", &[], 2.0)])).await;
    sink.has_taken(2).await;
    assert_eq!(sink.envoys().await.value("envoy_n", &[]), 2.0);
    assert_eq!(sink.refused("value").await, 4.0);
}
