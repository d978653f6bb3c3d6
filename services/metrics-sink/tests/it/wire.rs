//! Compares the parser with prost's decoder on the same bytes.

use envoy_types::pb::envoy::service::metrics::v3::StreamMetricsMessage;
use envoy_types::pb::io::prometheus::client::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary,
    Untyped,
};
use metrics_sink::wire::{self, Kind, Message, WireError};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use prost::Message as _;

use crate::support::messages::{field, first_of};

fn texts() -> impl Strategy<Value = Option<String>> {
    option::weighted(0.9, "[a-z._\\-é]{0,12}")
}

/// Count, sum, and for each bucket or quantile: a count and two numbers.
type Distribution = (Option<u64>, Option<f64>, Vec<(Option<u64>, Option<f64>, Option<f64>)>);

fn distributions() -> impl Strategy<Value = Distribution> {
    (any::<Option<u64>>(), any::<Option<f64>>(), vec(any::<(Option<u64>, Option<f64>, Option<f64>)>(), 0..4))
}

prop_compose! {
    fn metrics()(
        label in vec((texts(), texts()), 0..4),
        counter in option::of(any::<Option<f64>>()),
        gauge in option::of(any::<Option<f64>>()),
        untyped in option::of(any::<Option<f64>>()),
        summary in option::of(distributions()),
        histogram in option::of(distributions()),
        timestamp_ms in any::<Option<i64>>(),
    ) -> Metric {
        Metric {
            label: label.into_iter().map(|(name, value)| LabelPair { name, value }).collect(),
            counter: counter.map(|value| Counter { value, ..Counter::default() }),
            gauge: gauge.map(|value| Gauge { value }),
            untyped: untyped.map(|value| Untyped { value }),
            summary: summary.map(|(sample_count, sample_sum, pairs)| Summary {
                sample_count,
                sample_sum,
                quantile: pairs.iter().map(|(_, quantile, value)| Quantile { quantile: *quantile, value: *value }).collect(),
                ..Summary::default()
            }),
            histogram: histogram.map(|(sample_count, sample_sum, pairs)| Histogram {
                sample_count,
                sample_sum,
                bucket: pairs
                    .iter()
                    .map(|(count, bound, _)| Bucket {
                        cumulative_count: *count,
                        upper_bound: *bound,
                        ..Bucket::default()
                    })
                    .collect(),
                ..Histogram::default()
            }),
            timestamp_ms,
        }
    }
}

prop_compose! {
    fn messages()(
        node in option::of(("[a-z]{0,9}", "[a-z]{0,9}")),
        families in vec(
            (texts(), texts(), option::of(0i32..7), vec(metrics(), 0..4)).prop_map(|(name, help, r#type, metric)| {
                MetricFamily { name, help, r#type, metric, ..MetricFamily::default() }
            }),
            0..5,
        ),
    ) -> StreamMetricsMessage {
        match node {
            Some((cluster, id)) => first_of(&cluster, &id, families),
            None => StreamMetricsMessage { identifier: None, envoy_metrics: families },
        }
    }
}

/// A message as both decoders return it. Doubles are compared by their bits, because NaN occurs.
type Decoded = Vec<(Vec<u8>, Option<Kind>, Vec<DecodedMetric>)>;
type DecodedMetric = (Vec<(Vec<u8>, Vec<u8>)>, i64, Option<u64>, Option<(u64, u64, Vec<(u64, u64)>)>);

fn kind_of(number: i32) -> Option<Kind> {
    match MetricType::try_from(number).ok()? {
        MetricType::Counter => Some(Kind::Counter),
        MetricType::Gauge => Some(Kind::Gauge),
        MetricType::Summary => Some(Kind::Summary),
        MetricType::Untyped => Some(Kind::Untyped),
        MetricType::Histogram => Some(Kind::Histogram),
        MetricType::GaugeHistogram => None,
    }
}

fn decode_with_prost(message: &StreamMetricsMessage) -> Decoded {
    let family = |family: &MetricFamily| {
        let kind = kind_of(family.r#type.unwrap_or_default());
        let metric = |metric: &Metric| {
            let labels =
                metric.label.iter().map(|label| (label.name().into(), label.value().into())).collect();
            let bits = |value: f64| value.to_bits();
            let number = match kind {
                Some(Kind::Counter) => metric.counter.as_ref().map(|counter| bits(counter.value())),
                Some(Kind::Gauge) => metric.gauge.as_ref().map(|gauge| bits(gauge.value())),
                Some(Kind::Untyped) => metric.untyped.as_ref().map(|untyped| bits(untyped.value())),
                _ => None,
            };
            let distribution = match kind {
                Some(Kind::Histogram) => metric.histogram.as_ref().map(|histogram| {
                    let pairs =
                        histogram.bucket.iter().map(|one| (bits(one.upper_bound()), one.cumulative_count()));
                    (histogram.sample_count(), bits(histogram.sample_sum()), pairs.collect())
                }),
                Some(Kind::Summary) => metric.summary.as_ref().map(|summary| {
                    let pairs = summary.quantile.iter().map(|one| (bits(one.quantile()), bits(one.value())));
                    (summary.sample_count(), bits(summary.sample_sum()), pairs.collect())
                }),
                _ => None,
            };
            (labels, metric.timestamp_ms(), number, distribution)
        };
        let metrics = if kind.is_some() { family.metric.iter().map(metric).collect() } else { Vec::new() };
        (family.name().into(), kind, metrics)
    };
    message.envoy_metrics.iter().map(family).collect()
}

fn decode_in_place(bytes: &[u8]) -> Result<Decoded, WireError> {
    let mut families = Message::parse(bytes)?.families();
    let mut decoded = Vec::new();
    while let Some(mut family) = families.next_family()? {
        let kind = family.kind.ok();
        let mut metrics = Vec::new();
        while let Some(metric) = family.next_metric()? {
            if let Some(kind) = kind {
                metrics.push(decode_metric(metric, kind)?);
            }
        }
        decoded.push((family.name.to_vec(), kind, metrics));
    }
    Ok(decoded)
}

fn decode_metric(metric: wire::Metric<'_>, kind: Kind) -> Result<DecodedMetric, WireError> {
    let labels =
        metric.labels(usize::MAX)?.iter().map(|label| (label.name.to_vec(), label.value.to_vec())).collect();
    let sample = metric.read(kind, |_| {})?;
    let (mut number, mut distribution) = (None, None);
    match kind {
        Kind::Histogram | Kind::Summary => {
            if let Some(mut sent) = sample.distribution()? {
                let mut pairs = Vec::new();
                if kind == Kind::Histogram {
                    while let Some(bucket) = sent.next_bucket()? {
                        pairs.push((bucket.upper_bound.to_bits(), bucket.cumulative_count));
                    }
                } else {
                    while let Some(quantile) = sent.next_quantile()? {
                        pairs.push((quantile.quantile.to_bits(), quantile.value.to_bits()));
                    }
                }
                distribution = Some((sent.count, sent.sum.to_bits(), pairs));
            }
        }
        _ => number = sample.number()?.map(f64::to_bits),
    }
    Ok((labels, sample.timestamp_ms, number, distribution))
}

proptest! {
    #[test]
    fn decodes_every_message_as_prost_does(message in messages()) {
        let bytes = message.encode_to_vec();
        let parsed = Message::parse(&bytes).unwrap();
        let node = message.identifier.as_ref().and_then(|identifier| identifier.node.as_ref());
        prop_assert_eq!(
            parsed.node().map(|node| (node.id, node.cluster)),
            node.map(|node| (node.id.as_bytes(), node.cluster.as_bytes()))
        );
        prop_assert_eq!(parsed.family_count(), message.envoy_metrics.len());
        prop_assert_eq!(decode_in_place(&bytes).unwrap(), decode_with_prost(&message));
    }

    #[test]
    fn rejects_truncated_messages_that_prost_rejects(message in messages(), keep in any::<prop::sample::Index>()) {
        let bytes = message.encode_to_vec();
        prop_assume!(!bytes.is_empty());
        let cut = &bytes[..keep.index(bytes.len())];
        match StreamMetricsMessage::decode(cut) {
            Ok(message) => prop_assert_eq!(decode_in_place(cut).unwrap(), decode_with_prost(&message)),
            Err(_) => prop_assert!(decode_in_place(cut).is_err()),
        }
    }

    #[test]
    fn corrupted_messages_are_rejected_or_decoded_without_errors(
        message in messages(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        tail in vec(any::<u8>(), 0..16),
    ) {
        let mut bytes = message.encode_to_vec();
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.extend(tail);
        if Message::parse(&bytes).is_ok() {
            prop_assert!(decode_in_place(&bytes).is_ok());
        }
    }
}

proptest! {
    /// A field that occurs more than once is merged: prost does the same with concatenated messages and with the bytes of
    /// a metric and a node.
    #[test]
    fn merges_repeated_singular_messages_as_prost_does(messages in vec(metrics(), 2..4), nodes in vec(option::of("[a-z]{0,3}"), 2..4)) {
        let metric: Vec<u8> = messages.iter().flat_map(prost::Message::encode_to_vec).collect();
        for kind in 0..5u8 {
            let family = [field(1, b"n"), vec![0x18, kind], field(4, &metric)].concat();
            // An identifier with the id alone, then one with the cluster alone.
            let node = |number, text: &Option<String>| {
                text.as_ref().map(|text| field(1, &field(1, &field(number, text.as_bytes())))).unwrap_or_default()
            };
            let identifiers: Vec<u8> =
                nodes.iter().enumerate().flat_map(|(at, text)| node(1 + (at % 2) as u8, text)).collect();
            let bytes = [identifiers, field(2, &family)].concat();
            let decoded = StreamMetricsMessage::decode(&bytes[..]).unwrap();
            prop_assert_eq!(decode_in_place(&bytes).unwrap(), decode_with_prost(&decoded));
            let node = decoded.identifier.and_then(|identifier| identifier.node);
            prop_assert_eq!(
                Message::parse(&bytes).unwrap().node().map(|node| (node.id.to_vec(), node.cluster.to_vec())),
                node.map(|node| (node.id.into_bytes(), node.cluster.into_bytes()))
            );
        }
    }

    /// As protobuf's encoding document says: a varint for an enum is truncated to 32 bits.
    #[test]
    fn truncates_the_number_of_a_type_to_32_bits(number: u64) {
        let mut family = vec![0x18];
        prost::encoding::encode_varint(number, &mut family);
        let bytes = field(2, &family);
        let decoded = StreamMetricsMessage::decode(&bytes[..]).unwrap();
        let family = Message::parse(&bytes).unwrap().families().next_family().unwrap().unwrap();
        let expected = decoded.envoy_metrics[0].r#type.unwrap();
        prop_assert_eq!(family.kind, kind_of(expected).ok_or(expected));
    }
}

#[test]
fn a_type_above_32_bits_is_that_of_its_lower_bits() {
    let mut family = vec![0x18];
    prost::encoding::encode_varint(1 << 32 | 4, &mut family);
    let bytes = field(2, &family);
    let family = Message::parse(&bytes).unwrap().families().next_family().unwrap().unwrap();
    assert_eq!(family.kind, Ok(Kind::Histogram));
}
