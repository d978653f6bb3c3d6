//! Samples and families, as the `prometheus` crate has them.

use prometheus::core::Desc;
use prometheus::proto::{self, LabelPair, Metric, MetricFamily, MetricType};

/// A family's variable labels with these values, and its constant ones, sorted by name.
pub fn labels<'a>(desc: &Desc, values: impl IntoIterator<Item = &'a str>) -> Vec<LabelPair> {
    let variable = desc.variable_labels.iter().zip(values).map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name(name.clone());
        pair.set_value(value.to_owned());
        pair
    });
    let mut labels: Vec<LabelPair> = variable.chain(desc.const_label_pairs.iter().cloned()).collect();
    labels.sort_by(|a, b| a.name().cmp(b.name()));
    labels
}

/// A counter's sample.
pub fn counter(labels: Vec<LabelPair>, value: u64) -> Metric {
    let mut counter = proto::Counter::default();
    counter.set_value(value as f64);
    let mut metric = Metric::from_label(labels);
    metric.set_counter(counter);
    metric
}

/// A histogram's sample.
pub fn histogram(labels: Vec<LabelPair>, value: proto::Histogram) -> Metric {
    let mut metric = Metric::from_label(labels);
    metric.set_histogram(value);
    metric
}

/// A family of these samples.
pub fn family(desc: &Desc, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(desc.fq_name.clone());
    family.set_help(desc.help.clone());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}
