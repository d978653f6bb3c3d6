//! The rules of the exposition format hold for the whole page, whatever the nodes send.

use std::collections::HashMap;
use std::sync::Arc;

use envoy_types::pb::io::prometheus::client::MetricFamily;
use metrics_sink::store::{Store, Stream, Temporality};
use metrics_sink::wire::Message;
use prometheus_text::Kind;
use proptest::prelude::*;
use prost::Message as _;
use testkit::eventually;

use crate::support::messages::{at, counter, first, gauge, histogram, next, summary};
use crate::support::{Sink, TIMEOUT, limits, open_stream_of, page_text, store_with};

/// Sends a family of each node, twice, and returns the page.
async fn page_of(sink: &Sink, families: &[MetricFamily]) -> testkit::Scrape {
    let mut streams = Vec::new();
    for round in 1..=2 {
        for (node, family) in families.iter().enumerate() {
            let stream = sink.stream().await;
            stream.send(&first(&format!("e{node}"), vec![family.clone()])).await;
            sink.wait_for_messages((round - 1) * families.len() as u32 + node as u32 + 1).await;
            streams.push(stream);
        }
    }
    sink.envoy_metrics().await
}

#[tokio::test]
async fn a_name_has_the_type_of_the_first_envoy_on_the_page() {
    for (one, other) in [
        (counter("x", &[], 1.0), gauge("x", &[], 2.0)),
        (gauge("x", &[], 1.0), counter("x", &[], 2.0)),
        (histogram("x", &[], &[(5.0, 1)], 1, 1.0), summary("x", &[], &[(0.5, 1.0)], 1, 1.0)),
        (summary("x", &[], &[(0.5, 1.0)], 1, 1.0), histogram("x", &[], &[(5.0, 1)], 1, 1.0)),
        (histogram("x", &[], &[(5.0, 1)], 1, 1.0), counter("x_count", &[], 2.0)),
        (counter("x_bucket", &[], 2.0), histogram("x", &[], &[(5.0, 1)], 1, 1.0)),
        (summary("x", &[], &[(0.5, 1.0)], 1, 1.0), gauge("x_sum", &[], 2.0)),
        (gauge("x-sum", &[], 2.0), summary("x", &[], &[(0.5, 1.0)], 1, 1.0)),
    ] {
        let sink = Sink::start(&[]).await;
        let page = page_of(&sink, &[one.clone(), other.clone()]).await;
        assert_eq!(page.page().families().count(), 1, "{one:?} {other:?}");
        let family = page.page().families().next().unwrap();
        assert!(family.samples().iter().all(|sample| sample.labels.get("instance") == Some("e0")));
        assert_eq!(sink.refused("type").await, 2.0);
        assert_eq!(sink.node("metrics_sink_node_refused_total", "e1").await, 2.0);
        assert_eq!(sink.node("metrics_sink_node_refused_total", "e0").await, 0.0);
    }
}

#[tokio::test]
async fn a_name_is_free_when_no_envoy_has_it_on_the_page() {
    let sink = Sink::start(&["--stale-after=500ms"]).await;
    let winner = sink.stream().await;
    winner.send(&first("winner", vec![counter("x", &[], 1.0)])).await;
    sink.wait_for_messages(1).await;
    let loser = sink.stream().await;
    loser.send(&first("loser", vec![gauge("x", &[], 2.0)])).await;
    sink.wait_for_messages(2).await;
    let page = sink.envoy_metrics().await;
    assert_eq!(page.page().family("envoy_x").unwrap().kind(), Kind::Counter);
    winner.finish().await.unwrap();
    eventually(TIMEOUT, async || {
        loser.send(&next(vec![gauge("x", &[], 2.0)])).await;
        let page = sink.envoy_metrics().await;
        page.page().family("envoy_x").is_some_and(|family| family.kind() == Kind::Gauge)
    })
    .await;
}

#[tokio::test]
async fn a_restarted_envoy_may_change_the_type_of_a_name_that_it_alone_has() {
    let sink = Sink::start(&[]).await;
    for (second, uptime, family) in
        [(1_000, 100.0, counter("x", &[], 1.0)), (1_100, 1.0, gauge("x", &[], 2.0))]
    {
        let stream = sink.stream().await;
        // The uptime precedes the family in the flush.
        let families = at(second * 1_000, vec![gauge("server.uptime", &[], uptime), family]);
        stream.send(&first("e", families)).await;
        stream.finish().await.unwrap();
    }
    assert_eq!(sink.envoy_metrics().await.page().family("envoy_x").unwrap().kind(), Kind::Gauge);
    assert_eq!(sink.refused("type").await, 0.0);
}

/// Names that collide, also with the samples of others.
const NAMES: [&str; 8] = ["x", "x.count", "x_count", "x_sum", "x_bucket", "x_total", "y", "x_sum_count"];

const LABELS: [&[(&str, &str)]; 8] = [
    &[],
    &[("a", "1")],
    &[("a", "")],
    &[("a", "1"), ("b", "")],
    &[("le", "5"), ("z", "1")],
    &[("quantile", "0.5")],
    &[("job", "1")],
    &[("exported_job", "1"), ("instance", "x")],
];

fn families() -> impl Strategy<Value = MetricFamily> {
    let bounds =
        prop::sample::select(vec![&[0.5, 1.0][..], &[0.5, 1.0, f64::INFINITY], &[2.0], &[], &[1.0, 0.5]]);
    let number = prop::sample::select(vec![0.0, 1.5, -2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    let parts =
        (0..NAMES.len(), 0..LABELS.len(), 0..4u8, number, bounds, prop::collection::vec(0u64..9, 3), 0u64..9);
    parts.prop_map(|(name, labels, kind, number, bounds, counts, count)| {
        let (name, labels) = (NAMES[name], LABELS[labels]);
        match kind {
            0 => counter(name, labels, number),
            1 => gauge(name, labels, number),
            2 => {
                let buckets: Vec<_> = bounds.iter().copied().zip(counts).collect();
                histogram(name, labels, &buckets, count, number)
            }
            _ => {
                let quantiles: Vec<_> = bounds.iter().map(|quantile| (*quantile, number)).collect();
                summary(name, labels, &quantiles, count, 1.0)
            }
        }
    })
}

fn send(stream: &Stream, message: Vec<MetricFamily>) {
    // A newer stream of the node may have taken over.
    if stream.record_flush().is_ok() {
        _ = stream.apply(&Message::parse(&next(message).encode_to_vec()).unwrap());
    }
}

/// The types on a page, which must be valid.
fn types(store: &Arc<Store>) -> HashMap<String, Kind> {
    let text = page_text(store);
    let page = prometheus_text::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let type_lines = text.lines().filter(|line| line.starts_with("# TYPE ")).count();
    assert_eq!(type_lines, page.families().count(), "{text}");
    let mut last = HashMap::new();
    for (series, rest) in
        text.lines().filter_map(|line| line.split_once(",le=\"").filter(|_| line.contains("_bucket{")))
    {
        let count: f64 = rest.rsplit(' ').next().unwrap().parse().unwrap();
        let before = last.insert(series, count);
        assert!(before.is_none_or(|before| before <= count), "{text}");
    }
    page.families().map(|family| (family.name().to_owned(), family.kind())).collect()
}

proptest! {
    #[test]
    fn any_families_of_any_nodes_make_a_valid_page_whose_types_do_not_change(
        messages in prop::collection::vec((0..3usize, 0..4i64, prop::collection::vec(families(), 0..6)), 1..30),
    ) {
        let limits = metrics_sink::store::Limits { nodes: 3, bytes: 4 << 20, ..limits() };
        let store = store_with(limits, Temporality::Cumulative);
        let streams = ["a", "b", "c"].map(|id| open_stream_of(&store, id));
        let mut known = HashMap::new();
        for (node, time, families) in messages {
            send(&streams[node], at(time, families));
            for (name, kind) in types(&store) {
                let first = *known.entry(name).or_insert(kind);
                // Only a histogram replaces a summary of the same node.
                prop_assert!(first == kind || (first, kind) == (Kind::Summary, Kind::Histogram));
            }
        }
    }
}
