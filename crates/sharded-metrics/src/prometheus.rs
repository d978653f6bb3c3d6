//! Metric families of the `prometheus` crate, for a
//! [`Collector`](::prometheus::core::Collector) that reads sharded counters.

use ::prometheus::core::Desc;
use ::prometheus::proto::{self, LabelPair, Metric, MetricFamily, MetricType};

use crate::histogram_columns::HistogramColumns;

/// A family's variable labels with the given values, and its constant labels, sorted by name.
///
/// `values` are in the order of the description's label names; surplus names or values are ignored.
#[must_use]
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
#[must_use]
pub fn counter(labels: Vec<LabelPair>, value: u64) -> Metric {
    let mut counter = proto::Counter::default();
    counter.set_value(value as f64);
    let mut metric = Metric::from_label(labels);
    metric.set_counter(counter);
    metric
}

/// A histogram's sample in seconds. `totals` is a row of [`CounterTable::read_row`](crate::CounterTable::read_row).
///
/// # Panics
///
/// If the row ends before the histogram.
#[must_use]
pub fn histogram(labels: Vec<LabelPair>, columns: &HistogramColumns, totals: &[u64]) -> Metric {
    let counts = columns.bucket_counts(totals);
    let mut cumulative = 0;
    let buckets = columns.bounds_seconds().iter().zip(counts).map(|(bound, count)| {
        cumulative += count;
        let mut bucket = proto::Bucket::default();
        bucket.set_upper_bound(*bound);
        bucket.set_cumulative_count(cumulative);
        bucket
    });
    let mut histogram = proto::Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(counts.iter().sum());
    histogram.set_sample_sum(columns.sum_nanos(totals) as f64 / 1e9);
    let mut metric = Metric::from_label(labels);
    metric.set_histogram(histogram);
    metric
}

/// A family with the description's name and help text.
#[must_use]
pub fn family(desc: &Desc, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(desc.fq_name.clone());
    family.set_help(desc.help.clone());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}
