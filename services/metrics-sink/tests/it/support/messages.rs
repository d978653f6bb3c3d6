//! Builders for the messages of an Envoy.

use envoy_types::pb::envoy::config::core::v3::Node;
use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use envoy_types::pb::envoy::service::metrics::v3::stream_metrics_message::Identifier;
use envoy_types::pb::io::prometheus::client::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary,
};

pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

/// A stream's first message, from node `id` of cluster `envoy`.
pub(crate) fn first(id: &str, families: Vec<MetricFamily>) -> StreamMetricsMessage {
    first_of("envoy", id, families)
}

pub(crate) fn first_of(cluster: &str, id: &str, families: Vec<MetricFamily>) -> StreamMetricsMessage {
    let node = Node { id: id.into(), cluster: cluster.into(), ..Node::default() };
    StreamMetricsMessage { identifier: Some(Identifier { node: Some(node) }), envoy_metrics: families }
}

/// A later message of a stream, without an identifier.
pub(crate) fn next(families: Vec<MetricFamily>) -> StreamMetricsMessage {
    StreamMetricsMessage { identifier: None, envoy_metrics: families }
}

pub(crate) fn counter(name: &str, labels: Labels<'_>, value: f64) -> MetricFamily {
    let metric =
        Metric { counter: Some(Counter { value: Some(value), ..Counter::default() }), ..metric(labels) };
    family(name, MetricType::Counter, vec![metric])
}

pub(crate) fn gauge(name: &str, labels: Labels<'_>, value: f64) -> MetricFamily {
    family(
        name,
        MetricType::Gauge,
        vec![Metric { gauge: Some(Gauge { value: Some(value) }), ..metric(labels) }],
    )
}

/// A histogram of one interval. `buckets` are pairs of upper bound and cumulative count.
pub(crate) fn histogram(
    name: &str,
    labels: Labels<'_>,
    buckets: &[(f64, u64)],
    count: u64,
    sum: f64,
) -> MetricFamily {
    let bucket = |(bound, count): &(f64, u64)| Bucket {
        upper_bound: Some(*bound),
        cumulative_count: Some(*count),
        ..Bucket::default()
    };
    let histogram = Histogram {
        sample_count: Some(count),
        sample_sum: Some(sum),
        bucket: buckets.iter().map(bucket).collect(),
        ..Histogram::default()
    };
    family(name, MetricType::Histogram, vec![Metric { histogram: Some(histogram), ..metric(labels) }])
}

pub(crate) fn summary(
    name: &str,
    labels: Labels<'_>,
    quantiles: &[(f64, f64)],
    count: u64,
    sum: f64,
) -> MetricFamily {
    let quantile =
        |(quantile, value): &(f64, f64)| Quantile { quantile: Some(*quantile), value: Some(*value) };
    let summary = Summary {
        sample_count: Some(count),
        sample_sum: Some(sum),
        quantile: quantiles.iter().map(quantile).collect(),
        ..Summary::default()
    };
    family(name, MetricType::Summary, vec![Metric { summary: Some(summary), ..metric(labels) }])
}

/// The same families with a timestamp.
pub(crate) fn at(timestamp_ms: i64, mut families: Vec<MetricFamily>) -> Vec<MetricFamily> {
    for metric in families.iter_mut().flat_map(|family| &mut family.metric) {
        metric.timestamp_ms = Some(timestamp_ms);
    }
    families
}

fn family(name: &str, kind: MetricType, metric: Vec<Metric>) -> MetricFamily {
    MetricFamily { name: Some(name.into()), r#type: Some(kind.into()), metric, ..MetricFamily::default() }
}

fn metric(labels: Labels<'_>) -> Metric {
    let pair =
        |(name, value): &(&str, &str)| LabelPair { name: Some((*name).into()), value: Some((*value).into()) };
    Metric { label: labels.iter().map(pair).collect(), ..Metric::default() }
}

/// Encodes a length-delimited field.
pub(crate) fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    prost::encoding::encode_varint(bytes.len() as u64, &mut field);
    [&field[..], bytes].concat()
}
