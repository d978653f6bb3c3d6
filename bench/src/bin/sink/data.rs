//! The flushes of an Envoy with a thousand clusters: one metric per family, and the same names for each cluster.

use envoy_types::pb::envoy::config::core::v3::Node;
use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use envoy_types::pb::envoy::service::metrics::v3::stream_metrics_message::Identifier;
use envoy_types::pb::io::prometheus::client::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use prost::Message;

/// Number of clusters.
pub(crate) const CLUSTERS: usize = 1_000;
/// Number of statistics per cluster.
pub(crate) const STATISTICS: usize = 99;
/// Number of families in a flush.
pub(crate) const FAMILIES: usize = CLUSTERS * STATISTICS;

/// The family's name, as long as Envoy's names are.
pub(crate) fn name(statistic: usize) -> String {
    format!("cluster.upstream_rq_retry_limit_{statistic:02}")
}

/// A cluster's name.
pub(crate) fn cluster(cluster: usize) -> String {
    format!("service-{cluster:04}")
}

/// Whether the statistic is a gauge, as every third is. Gauges change with each flush, counters do not.
pub(crate) fn is_gauge(statistic: usize) -> bool {
    statistic.is_multiple_of(3)
}

/// The value of a cluster's statistic in a flush.
pub(crate) fn value(cluster: usize, statistic: usize, flush: usize) -> f64 {
    let changes = if is_gauge(statistic) { flush } else { 0 };
    (cluster * 7_919 + statistic * 104_729 + changes) as f64
}

/// One flush, encoded.
pub(crate) fn flush(flush: usize) -> Vec<u8> {
    let node = Node { id: "envoy-1".into(), cluster: "envoy".into(), ..Node::default() };
    let families =
        (0..CLUSTERS).flat_map(|cluster| (0..STATISTICS).map(move |name| family(cluster, name, flush)));
    StreamMetricsMessage {
        identifier: Some(Identifier { node: Some(node) }),
        envoy_metrics: families.collect(),
    }
    .encode_to_vec()
}

fn family(cluster: usize, statistic: usize, flush: usize) -> MetricFamily {
    let value = Some(value(cluster, statistic, flush));
    let label = LabelPair { name: Some("envoy.cluster_name".into()), value: Some(self::cluster(cluster)) };
    let metric = Metric {
        label: vec![label],
        timestamp_ms: Some(1_800_000_000_000 + flush as i64),
        ..Metric::default()
    };
    let (kind, metric) = if is_gauge(statistic) {
        (MetricType::Gauge, Metric { gauge: Some(Gauge { value }), ..metric })
    } else {
        (MetricType::Counter, Metric { counter: Some(Counter { value, ..Counter::default() }), ..metric })
    };
    MetricFamily {
        name: Some(name(statistic)),
        r#type: Some(kind.into()),
        metric: vec![metric],
        ..MetricFamily::default()
    }
}
