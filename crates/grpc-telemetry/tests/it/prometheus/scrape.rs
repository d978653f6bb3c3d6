//! What a registry shows, read from the page that Prometheus would get.

use std::time::{Duration, Instant};

use prometheus::{Registry, TextEncoder};

/// A sample's labels, as name and value.
pub(crate) type Labels<'a> = &'a [(&'a str, &'a str)];

/// One scrape's page.
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn of(registry: &Registry) -> Self {
        Self(TextEncoder::new().encode_to_string(&registry.gather()).expect("metrics can be encoded"))
    }

    /// The values of all samples of `name` whose labels include `labels`; of a histogram, how many
    /// observations each has.
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

/// The one sample of `name` whose labels include `labels`: a counter's value, or how many
/// observations a histogram has. `None` if there is no such sample; panics if there are several.
pub(crate) fn value(registry: &Registry, name: &str, labels: Labels<'_>) -> Option<f64> {
    let mut values = Page::of(registry).values(name, labels);
    assert!(values.len() < 2, "{} samples of {name} {labels:?}", values.len());
    values.pop()
}

/// The sum of all samples of `name` whose labels include `labels`.
pub(crate) fn sum(registry: &Registry, name: &str, labels: Labels<'_>) -> f64 {
    Page::of(registry).sum(name, labels)
}

/// How many samples of `name` have labels that include `labels`.
pub(crate) fn count(registry: &Registry, name: &str, labels: Labels<'_>) -> usize {
    Page::of(registry).values(name, labels).len()
}

/// The page that Prometheus would get.
pub(crate) fn text(registry: &Registry) -> String {
    Page::of(registry).0
}

/// Waits until a sample has the value; says the last one seen if that takes over ten seconds.
pub(crate) async fn eventually(registry: &Registry, name: &str, labels: Labels<'_>, expected: f64) {
    let begin = Instant::now();
    while value(registry, name, labels) != Some(expected) {
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{name} {labels:?} is {:?}, not {expected}\n{}",
            value(registry, name, labels),
            text(registry)
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
