//! The claim that every metric in a dashboard's queries exists.
//!
//! A query such as `... or vector(0)` would otherwise hide a renamed metric by drawing a zero.

use std::{collections::BTreeSet, time::Duration};

use clients::{Clients, fetch::FetchError, poll::until};
use dashboards::{
    model::Dashboard,
    queries::{self, Content, Context, Query},
};

use crate::table::{Claim, Failure};

/// The names of all current series. Prometheus' list of label values would include those of the last hours.
const CURRENT_NAMES: &str = r#"group by (__name__) ({__name__=~".+"})"#;

/// The names of all metrics in the lab.
pub(super) struct MetricNames {
    /// Metrics in Prometheus.
    stored: BTreeSet<String>,
    /// Metrics in Envoy, including those that it does not flush because they are unused.
    envoy: BTreeSet<String>,
}

impl MetricNames {
    /// Fetches the names from Prometheus and Envoy.
    async fn fetch(clients: &Clients) -> Result<Self, Failure> {
        let live = clients.prometheus.instant(CURRENT_NAMES, None).await?;
        let stored = live.into_iter().filter_map(|mut series| series.labels.remove("__name__")).collect();
        let page = clients.envoy.all_stats().await?;
        let page = prometheus_text::parse(&page).map_err(|error| format!("Envoy's page: {error}"))?;
        Ok(Self { stored, envoy: page.families().map(|family| family.name().to_owned()).collect() })
    }

    /// Whether the metric exists. `ALERTS` always counts as existing, because it has series only while an alert is active.
    fn contains(&self, name: &str) -> bool {
        let family = ["_bucket", "_count", "_sum"].iter().find_map(|suffix| name.strip_suffix(suffix));
        name.starts_with("ALERTS")
            || self.stored.contains(name)
            || [Some(name), family].into_iter().flatten().any(|name| self.envoy.contains(name))
    }
}

/// Claims that every metric in the dashboard's queries exists, except those of `make load` and of tutorials that are not
/// selected. The names are fetched again until `timeout`: right after a failed scrape, all series of its target are missing.
pub(super) async fn claim(
    clients: &Clients,
    dashboard: &Dashboard,
    context: Context<'_>,
    timeout: Duration,
) -> Claim {
    let claim = format!("{}: its metrics exist", dashboard.uid);
    let selected = match selected_metrics(clients, dashboard, context).await {
        Ok(selected) => selected,
        Err(error) => return Claim::failed(claim, error.to_string()),
    };
    let tutorial = clients.settings.tutorial;
    let is_expected = |name: &&String| !name.starts_with("k6_") && !tutorial.excludes(name);
    let evidence = until(timeout, async || {
        let names = MetricNames::fetch(clients).await?;
        let expected = selected.iter().filter(is_expected);
        let missing: Vec<&str> = expected.filter(|name| !names.contains(name)).map(String::as_str).collect();
        if missing.is_empty() {
            Ok(format!("{} metrics", selected.len()))
        } else {
            Err(Failure::from(format!("no service exposes {}", missing.join(", "))))
        }
    });
    Claim::from_result(claim, evidence.await)
}

/// The names of all metrics in the dashboard's `PromQL` queries.
async fn selected_metrics(
    clients: &Clients,
    dashboard: &Dashboard,
    context: Context<'_>,
) -> Result<BTreeSet<String>, FetchError> {
    let mut names = BTreeSet::new();
    for panel in dashboard.panels() {
        let Ok(Content::Targets(targets)) = queries::content(panel) else { continue };
        for target in targets {
            // The panel's own claim reports a query that cannot be built.
            for query in queries::queries(panel, target, context).unwrap_or_default() {
                if !matches!(query, Query::Traces { .. } | Query::InfluxQl { .. }) {
                    names.extend(clients.prometheus.metrics_in(&query.text()).await?);
                }
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_exists_if_it_is_in_prometheus_or_envoy() {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let names = MetricNames { stored: set(&["up", "x_bucket"]), envoy: set(&["envoy_a", "envoy_time"]) };
        for known in ["up", "x_bucket", "envoy_a", "envoy_time_bucket", "ALERTS"] {
            assert!(names.contains(known), "{known}");
        }
        for unknown in ["x", "envoy_b", "down"] {
            assert!(!names.contains(unknown), "{unknown}");
        }
    }
}
