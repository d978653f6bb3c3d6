//! The metrics sink's parser of `StreamMetricsMessage`, compared with prost's decoder.

use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use envoy_types::pb::io::prometheus::client::{Metric, MetricFamily, MetricType};
use metrics_sink::wire::{self, Kind, Message};
use prost::Message as _;

/// Arbitrary bytes do not panic. A message that is accepted can be read to its end. If prost accepts it as well, both
/// see the same families, labels and values, and so does the parser in prost's encoding of the message.
pub fn sink_wire(data: &[u8]) {
    let parsed = Message::parse(data).inspect(read_all);
    let Ok(decoded) = StreamMetricsMessage::decode(data) else { return };
    if let Ok(parsed) = parsed {
        compare(&parsed, &decoded);
    }
    let encoded = decoded.encode_to_vec();
    let parsed = Message::parse(&encoded).expect("prost's encoding is accepted");
    let node = decoded.identifier.as_ref().and_then(|identifier| identifier.node.as_ref());
    let node = node.map(|node| (node.id.as_bytes(), node.cluster.as_bytes()));
    assert_eq!(parsed.node().map(|node| (node.id, node.cluster)), node);
    compare(&parsed, &decoded);
}

/// Reads every metric by its family's type.
fn read_all(message: &Message<'_>) {
    let mut families = message.families();
    let mut count = 0;
    while let Some(mut family) = families.next_family().expect("checked") {
        count += 1;
        while let Some(metric) = family.next_metric().expect("checked") {
            metric.labels(usize::MAX).expect("checked");
            let Ok(kind) = family.kind else { continue };
            let sample = metric.read(kind, |_| {}).expect("checked");
            match kind {
                Kind::Counter | Kind::Gauge | Kind::Untyped => drop(sample.number().expect("checked")),
                Kind::Histogram => {
                    let Some(mut histogram) = sample.distribution().expect("checked") else { continue };
                    while histogram.next_bucket().expect("checked").is_some() {}
                }
                Kind::Summary => {
                    let Some(mut summary) = sample.distribution().expect("checked") else { continue };
                    while summary.next_quantile().expect("checked").is_some() {}
                }
            }
        }
    }
    assert_eq!(message.family_count(), count);
}

fn compare(parsed: &Message<'_>, decoded: &StreamMetricsMessage) {
    assert_eq!(parsed.family_count(), decoded.envoy_metrics.len());
    let mut families = parsed.families();
    for decoded in &decoded.envoy_metrics {
        let mut family = families.next_family().expect("checked").expect("as many families");
        assert_eq!(family.name, decoded.name().as_bytes());
        match family.kind {
            Ok(kind) => assert_eq!(Some(kind), kind_of(decoded)),
            Err(number) => assert_eq!((kind_of(decoded), number), (None, decoded.r#type.unwrap_or_default())),
        }
        for decoded in &decoded.metric {
            let metric = family.next_metric().expect("checked").expect("as many metrics");
            let labels = metric.labels(usize::MAX).expect("checked");
            let labels: Vec<_> = labels.iter().map(|label| (label.name, label.value)).collect();
            let decoded_label = decoded.label.iter();
            let decoded_labels: Vec<_> =
                decoded_label.map(|label| (label.name().as_bytes(), label.value().as_bytes())).collect();
            assert_eq!(labels, decoded_labels);
            let Ok(kind) = family.kind else { continue };
            let sample = metric.read(kind, |_| {}).expect("checked");
            assert_eq!(sample.timestamp_ms, decoded.timestamp_ms());
            compare_values(kind, sample, decoded);
        }
        assert!(family.next_metric().expect("checked").is_none());
    }
}

fn kind_of(family: &MetricFamily) -> Option<Kind> {
    match MetricType::try_from(family.r#type.unwrap_or_default()).ok()? {
        MetricType::Counter => Some(Kind::Counter),
        MetricType::Gauge => Some(Kind::Gauge),
        MetricType::Summary => Some(Kind::Summary),
        MetricType::Untyped => Some(Kind::Untyped),
        MetricType::Histogram => Some(Kind::Histogram),
        MetricType::GaugeHistogram => None,
    }
}

/// Doubles are compared by their bits, because NaN occurs.
fn compare_values(kind: Kind, sample: wire::Sample<'_>, decoded: &Metric) {
    let number = || sample.number().expect("checked").map(f64::to_bits);
    let distribution = || sample.distribution().expect("checked");
    match kind {
        Kind::Counter => assert_eq!(number(), decoded.counter.as_ref().map(|one| one.value().to_bits())),
        Kind::Gauge => assert_eq!(number(), decoded.gauge.as_ref().map(|one| one.value().to_bits())),
        Kind::Untyped => assert_eq!(number(), decoded.untyped.as_ref().map(|one| one.value().to_bits())),
        Kind::Histogram => {
            let (Some(mut sent), Some(decoded)) = (distribution(), &decoded.histogram) else {
                return assert_eq!(distribution().is_some(), decoded.histogram.is_some());
            };
            assert_eq!(
                (sent.count, sent.sum.to_bits()),
                (decoded.sample_count(), decoded.sample_sum().to_bits())
            );
            for decoded in &decoded.bucket {
                let bucket = sent.next_bucket().expect("checked").expect("as many buckets");
                assert_eq!(
                    (bucket.cumulative_count, bucket.upper_bound.to_bits()),
                    (decoded.cumulative_count(), decoded.upper_bound().to_bits())
                );
            }
            assert_eq!(sent.next_bucket(), Ok(None));
        }
        Kind::Summary => {
            let (Some(mut sent), Some(decoded)) = (distribution(), &decoded.summary) else {
                return assert_eq!(distribution().is_some(), decoded.summary.is_some());
            };
            assert_eq!(
                (sent.count, sent.sum.to_bits()),
                (decoded.sample_count(), decoded.sample_sum().to_bits())
            );
            for decoded in &decoded.quantile {
                let quantile = sent.next_quantile().expect("checked").expect("as many quantiles");
                assert_eq!(
                    (quantile.quantile.to_bits(), quantile.value.to_bits()),
                    (decoded.quantile().to_bits(), decoded.value().to_bits())
                );
            }
            assert_eq!(sent.next_quantile(), Ok(None));
        }
    }
}
