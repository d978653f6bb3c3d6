//! The comparison of the sink's page with Envoy's own.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use prometheus_text::{Exposition, Kind};
use testkit::envoy::Envoy;
use tokio::time::sleep;

use crate::support::{Sink, TIMEOUT};

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The values that both pages must have: counters, and counts, sums and buckets of histograms.
///
/// Left out is what the readings and flushes themselves change: the admin listener, the cluster of the sink, and memory.
fn totals(page: &Exposition, node: Option<&str>) -> BTreeMap<String, f64> {
    let mut totals = BTreeMap::new();
    for family in page
        .families()
        .filter(|family| matches!(family.kind(), Kind::Counter | Kind::Histogram | Kind::Summary))
    {
        for sample in family.samples() {
            let labels: Vec<String> = sample
                .labels
                .iter()
                .filter(|(name, value)| !["job", "instance"].contains(name) && !value.is_empty())
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let series = format!("{}{{{}}}", sample.name, labels.join(","));
            let is_of_node = node.is_none_or(|node| sample.labels.get("instance") == Some(node));
            if is_of_node && !["admin", "metrics-sink", "quantile="].iter().any(|part| series.contains(part))
            {
                totals.insert(series, sample.value);
            }
        }
    }
    totals
}

/// Envoy's own page, without the series that the tag `same` makes equal: with them, the page is invalid.
async fn own_page(envoy: &Envoy) -> Exposition {
    let page = envoy.used_metrics().await;
    let lines = page.lines().filter(|line| !line.contains("same=\""));
    let page: String = lines.flat_map(|line| [line, "\n"]).collect();
    prometheus_text::parse(&page).expect("a valid page")
}

/// What the sink's page shows differently for an Envoy that has no traffic any more.
async fn differences(sink: &Sink, envoy: &Envoy, compares: impl Fn(&str) -> bool) -> Vec<String> {
    let expected = totals(&own_page(envoy).await, None);
    let shown = totals(sink.scrape("/envoy/metrics").await.page(), Some(envoy.id()));
    let compared = expected.iter().filter(|(series, _)| compares(series));
    let differing =
        compared.filter(|(series, value)| !shown.get(*series).is_some_and(|shown| is_equal(*shown, **value)));
    let missing = differing.map(|(series, value)| format!("{series}: {value} is {:?}", shown.get(series)));
    let surplus = shown.keys().filter(|series| compares(series) && !expected.contains_key(*series));
    missing.chain(surplus.map(|series| format!("{series}: only on the sink's page"))).collect()
}

/// Whether two values are equal except for the rounding of sums, which Envoy and the sink add up in different steps.
fn is_equal(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-12 * one.abs()
}

/// Waits until the sink's page has the totals of Envoy's own page.
pub(crate) async fn expect_equal_pages(sink: &Sink, envoy: &Envoy) {
    expect_equal(sink, envoy, |_| true).await;
}

/// Waits until the sink's page has the totals of Envoy's own page for these series.
pub(crate) async fn expect_equal(sink: &Sink, envoy: &Envoy, compares: impl Fn(&str) -> bool + Copy) {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let differences = differences(sink, envoy, compares).await;
        if differences.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{}: {differences:#?}", envoy.id());
        sleep(POLL_INTERVAL).await;
    }
}
