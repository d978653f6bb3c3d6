//! Samples of a registry, read from its text exposition.

use std::time::{Duration, Instant};

use prometheus::{Registry, TextEncoder};

/// Label names and values.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

/// The text exposition of one scrape.
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn of(registry: &Registry) -> Self {
        Self(TextEncoder::new().encode_to_string(&registry.gather()).expect("metrics can be encoded"))
    }

    /// The values of all samples of `name` whose labels include `labels`. For a histogram, the value is `_count`.
    pub(crate) fn values(&self, name: &str, labels: Labels<'_>) -> Vec<f64> {
        let prefixes = [format!("{name}{{"), format!("{name}_count{{")];
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        self.0
            .lines()
            .filter_map(|line| prefixes.iter().find_map(|prefix| line.strip_prefix(prefix.as_str())))
            .filter_map(|line| line.rsplit_once("} "))
            .filter(|(found, _)| labels.iter().all(|label| found.split(',').any(|found| found == label)))
            .map(|(_, value)| value.parse().expect("a number"))
            .collect()
    }

    pub(crate) fn sum(&self, name: &str, labels: Labels<'_>) -> f64 {
        self.values(name, labels).into_iter().sum()
    }
}

/// The value of the one sample of `name` whose labels include `labels`, or `None` if there is none. For a histogram, the
/// value is `_count`.
///
/// # Panics
///
/// If there are several.
pub(crate) fn value(registry: &Registry, name: &str, labels: Labels<'_>) -> Option<f64> {
    let mut values = Page::of(registry).values(name, labels);
    assert!(values.len() < 2, "{} samples of {name} {labels:?}", values.len());
    values.pop()
}

/// The sum of all samples of `name` whose labels include `labels`.
pub(crate) fn sum(registry: &Registry, name: &str, labels: Labels<'_>) -> f64 {
    Page::of(registry).sum(name, labels)
}

/// The number of samples of `name` whose labels include `labels`.
pub(crate) fn count(registry: &Registry, name: &str, labels: Labels<'_>) -> usize {
    Page::of(registry).values(name, labels).len()
}

/// The text exposition.
pub(crate) fn text(registry: &Registry) -> String {
    Page::of(registry).0
}

/// Waits until a sample has the value.
///
/// # Panics
///
/// If the sample does not have the value within ten seconds.
pub(crate) async fn eventually(registry: &Registry, name: &str, labels: Labels<'_>, expected: f64) {
    let start = Instant::now();
    while value(registry, name, labels) != Some(expected) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{name} {labels:?}: got {:?}, expected {expected}\n{}",
            value(registry, name, labels),
            text(registry)
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
