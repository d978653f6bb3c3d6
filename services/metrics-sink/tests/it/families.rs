//! Families as sent become a page in the form of Envoy's own.

use prometheus_text::Kind;

use crate::support::Sink;
use crate::support::messages::{at, counter, first, first_of, gauge, histogram, next, summary};

#[tokio::test]
async fn names_and_labels_match_envoys_page() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream
        .send(&first(
            "envoy-1",
            vec![
                counter(
                    "cluster.upstream_rq",
                    &[("envoy.cluster_name", "a"), ("envoy.response_code", "200")],
                    3.0,
                ),
                gauge("server.live", &[], 1.0),
                gauge("odd-name", &[("tag", "a\\b\"c\nd")], -0.5),
            ],
        ))
        .await;
    sink.wait_for_messages(1).await;
    let page = sink.envoy_metrics().await;
    let node = [("job", "envoy"), ("instance", "envoy-1")];
    let own = [("envoy_cluster_name", "a"), ("envoy_response_code", "200")];
    assert_eq!(page.value("envoy_cluster_upstream_rq", &[&node[..], &own].concat()), 3.0);
    assert_eq!(page.value("envoy_server_live", &node), 1.0);
    assert_eq!(page.value("envoy_odd_name", &[("tag", "a\\b\"c\nd")]), -0.5);
    assert_eq!(page.page().family("envoy_cluster_upstream_rq").unwrap().kind(), Kind::Counter);
    assert_eq!(page.page().family("envoy_server_live").unwrap().kind(), Kind::Gauge);
    assert_eq!(page.page().series_count(), 3);
    stream.finish().await.unwrap();
}

#[tokio::test]
async fn merges_families_of_one_name_across_messages_and_envoys() {
    let sink = Sink::start(&[]).await;
    let mut streams = Vec::new();
    for (index, node) in ["b", "a", "c"].into_iter().enumerate() {
        let families = ["x", "y", "z"].map(|cluster| {
            counter("cluster.upstream_rq_total", &[("envoy.cluster_name", cluster)], index as f64 + 1.0)
        });
        let stream = sink.stream().await;
        stream.send(&first(node, families.to_vec())).await;
        stream.send(&next(vec![gauge("server.live", &[], 1.0)])).await;
        streams.push(stream);
    }
    sink.wait_for_messages(6).await;
    // The parser rejects a page with a family in two places.
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().families().count(), 2);
    assert_eq!(page.page().series("envoy_cluster_upstream_rq_total").len(), 9);
    assert_eq!(page.sum("envoy_cluster_upstream_rq_total", &[("instance", "c")]), 9.0);
}

#[tokio::test]
async fn the_order_of_labels_does_not_matter() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let (a, b) = (("a", "1"), ("b", "2"));
    stream.send(&first("e", vec![counter("n", &[a, b], 1.0)])).await;
    stream.send(&next(vec![counter("n", &[b, a], 2.0)])).await;
    stream.send(&next(vec![counter("n", &[a, b], 3.0)])).await;
    sink.wait_for_messages(3).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[a, b]), 3.0);
    assert_eq!(sink.envoy_metrics().await.page().series_count(), 1);
}

#[tokio::test]
async fn of_two_series_equal_on_the_page_the_first_is_served() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    for value in [1.0, 2.0] {
        stream.send(&first("e", vec![counter("a.b", &[], value), counter("a-b", &[], 100.0 * value)])).await;
    }
    sink.wait_for_messages(2).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_a_b", &[]), 2.0);
    assert_eq!(sink.refused("duplicate").await, 2.0);
}

#[tokio::test]
async fn of_two_equal_series_in_the_batches_of_a_flush_the_first_is_served() {
    // Envoy repeats a series, with another value, if `stats_tags` gives two statistics one name and one set of tags.
    for second_name in ["a-b", "a.b"] {
        let sink = Sink::start(&[]).await;
        let stream = sink.stream().await;
        for flush in 1..=3u32 {
            let time = 1_000 * i64::from(flush);
            let rq_time = |count| histogram("rq_time", &[], &[(5.0, count)], count, 2.0);
            let counters = |value| counter("a.b", &[], value * f64::from(flush));
            stream.send(&first("e", at(time, vec![counters(100.0)]))).await;
            stream
                .send(&next(at(
                    time,
                    vec![counter(second_name, &[], f64::from(flush)), gauge("g", &[], 1.0)],
                )))
                .await;
            stream.send(&next(at(time, vec![gauge("g", &[], 2.0), rq_time(1)]))).await;
            stream.send(&next(at(time, vec![rq_time(5)]))).await;
        }
        sink.wait_for_messages(12).await;
        let page = sink.envoy_metrics().await;
        assert_eq!(page.value("envoy_a_b", &[]), 300.0);
        assert_eq!(page.value("envoy_g", &[]), 1.0);
        assert_eq!(page.value("envoy_rq_time_count", &[]), 3.0);
        assert_eq!(sink.refused("duplicate").await, 9.0);
        assert_eq!(sink.node("metrics_sink_node_restarts_total", "e").await, 0.0);
        assert_eq!(sink.node("metrics_sink_node_series_resets_total", "e").await, 0.0);
    }
}

#[tokio::test]
async fn a_second_type_for_a_name_is_refused() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![counter("n", &[], 1.0), gauge("n", &[], 2.0)])).await;
    sink.wait_for_messages(1).await;
    assert_eq!(sink.envoy_metrics().await.value("envoy_n", &[]), 1.0);
    assert_eq!(sink.refused("type").await, 1.0);
}

#[tokio::test]
async fn drops_a_summary_with_the_name_of_a_histogram() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    let both = || {
        vec![
            summary("rq_time", &[], &[(0.5, 3.0)], 2, 6.0),
            histogram("rq_time", &[], &[(5.0, 2)], 2, 6.0),
            summary("alone", &[], &[(0.5, 3.0), (0.99, f64::NAN)], 2, 6.0),
        ]
    };
    stream.send(&first("e", both())).await;
    stream.send(&next(both())).await;
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().family("envoy_rq_time").unwrap().kind(), Kind::Histogram);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 4.0);
    assert_eq!(page.page().family("envoy_alone").unwrap().kind(), Kind::Summary);
    assert_eq!(page.value("envoy_alone", &[("quantile", "0.5")]), 3.0);
    assert!(page.value("envoy_alone", &[("quantile", "0.99")]).is_nan());
    assert_eq!(page.value("envoy_alone_sum", &[]), 12.0);
}

#[tokio::test]
async fn a_histogram_replaces_a_summary_of_an_earlier_batch() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first("e", vec![summary("rq_time", &[], &[(0.5, 3.0)], 2, 6.0)])).await;
    stream.send(&next(vec![histogram("rq_time", &[], &[(5.0, 2)], 2, 6.0)])).await;
    stream.send(&next(vec![summary("rq_time", &[], &[(0.5, 3.0)], 2, 6.0)])).await;
    sink.wait_for_messages(3).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().family("envoy_rq_time").unwrap().kind(), Kind::Histogram);
    assert_eq!(page.value("envoy_rq_time_count", &[]), 2.0);
}

#[tokio::test]
async fn a_node_without_a_cluster_has_no_job_label() {
    let sink = Sink::start(&[]).await;
    let stream = sink.stream().await;
    stream.send(&first_of("", "e", vec![gauge("server.live", &[], 1.0)])).await;
    sink.wait_for_messages(1).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().series("envoy_server_live")[0].labels.get("job"), None);
    assert_eq!(page.value("envoy_server_live", &[("instance", "e")]), 1.0);
}
