//! What a registry shows.

use std::time::{Duration, Instant};

use prometheus::proto::{Metric, MetricType};
use prometheus::{Registry, TextEncoder};

/// A sample's labels, as name and value.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

/// The one sample of `name` whose labels include `labels`: a counter's value, or how many
/// observations a histogram has. `None` if there is no such sample; panics if there are several.
pub(crate) fn value(registry: &Registry, name: &str, labels: Labels<'_>) -> Option<f64> {
    let mut values = values(registry, name, labels);
    assert!(values.len() < 2, "{} samples of {name} {labels:?}", values.len());
    values.pop()
}

/// The sum of all samples of `name` whose labels include `labels`.
pub(crate) fn sum(registry: &Registry, name: &str, labels: Labels<'_>) -> f64 {
    values(registry, name, labels).into_iter().sum()
}

/// How many samples of `name` have labels that include `labels`.
pub(crate) fn count(registry: &Registry, name: &str, labels: Labels<'_>) -> usize {
    values(registry, name, labels).len()
}

fn values(registry: &Registry, name: &str, labels: Labels<'_>) -> Vec<f64> {
    let families = registry.gather();
    let family = families.iter().find(|family| family.name() == name);
    family
        .into_iter()
        .flat_map(|family| family.get_metric().iter().map(|metric| (family.get_field_type(), metric)))
        .filter(|(_, metric)| has(metric, labels))
        .map(|(kind, metric)| match kind {
            MetricType::HISTOGRAM => metric.get_histogram().get_sample_count() as f64,
            _ => metric.get_counter().get_value(),
        })
        .collect()
}

fn has(metric: &Metric, labels: Labels<'_>) -> bool {
    labels.iter().all(|(name, value)| {
        metric.get_label().iter().any(|label| label.name() == *name && label.value() == *value)
    })
}

/// The page that Prometheus would get.
pub(crate) fn text(registry: &Registry) -> String {
    TextEncoder::new().encode_to_string(&registry.gather()).expect("metrics can be encoded")
}

/// Waits until a sample has the value; says the last one seen if that takes over five seconds.
pub(crate) async fn eventually(registry: &Registry, name: &str, labels: Labels<'_>, expected: f64) {
    let begin = Instant::now();
    while value(registry, name, labels) != Some(expected) {
        assert!(
            begin.elapsed() < Duration::from_secs(5),
            "{name} {labels:?} is {:?}, not {expected}\n{}",
            value(registry, name, labels),
            text(registry)
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
