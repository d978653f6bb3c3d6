//! What an Envoy with a thousand clusters flushes: one metric a family, the same names again and again.

use envoy_types::pb::envoy::config::core::v3::Node;
use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use envoy_types::pb::envoy::service::metrics::v3::stream_metrics_message::Identifier;
use envoy_types::pb::io::prometheus::client::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use prost::Message;

/// Each has every statistic.
pub(crate) const CLUSTERS: usize = 1_000;
/// The names.
pub(crate) const STATISTICS: usize = 99;
/// In a flush.
pub(crate) const FAMILIES: usize = CLUSTERS * STATISTICS;

/// A family's name, as its number has it: as long as Envoy's.
pub(crate) fn name(statistic: usize) -> String {
    format!("cluster.upstream_rq_retry_limit_{statistic:02}")
}

/// A cluster's name.
pub(crate) fn cluster(cluster: usize) -> String {
    format!("service-{cluster:04}")
}

/// Every third is a gauge, and changes with each flush.
pub(crate) fn is_gauge(statistic: usize) -> bool {
    statistic.is_multiple_of(3)
}

/// Its value.
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
