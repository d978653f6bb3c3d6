//! The claim that a dashboard names only metrics that exist.
//!
//! Without it a renamed metric would hide: `... or vector(0)` draws a zero for a metric that is not there.

use std::collections::BTreeSet;

use clients::Clients;
use dashboards::{
    model::Dashboard,
    queries::{self, Content, Context, Query},
};

use crate::table::Claim;

/// Every name that has a series now. Prometheus' list of names would have those of the last hours.
const LIVE: &str = r#"group by (__name__) ({__name__=~".+"})"#;

/// The names of all metrics that the lab has.
pub(super) struct Names {
    /// Live in Prometheus.
    stored: BTreeSet<String>,
    /// That Envoy has, used or not: it flushes only what has been used.
    envoy: BTreeSet<String>,
}

impl Names {
    /// Asks Prometheus, and Envoy's admin page.
    pub(super) async fn ask(parts: &Clients) -> Result<Self, String> {
        let live = parts.prometheus.instant(LIVE, None).await.map_err(|error| error.to_string())?;
        let stored = live.into_iter().filter_map(|mut series| series.labels.remove("__name__")).collect();
        let page = parts.envoy.all_stats().await.map_err(|error| error.to_string())?;
        let page = prometheus_text::parse(&page).map_err(|error| format!("Envoy's page: {error}"))?;
        Ok(Self { stored, envoy: page.families().map(|family| family.name().to_owned()).collect() })
    }

    /// Claims that every metric of the dashboard's queries is known; those of a load only after a load.
    pub(super) async fn claim(&self, parts: &Clients, dashboard: &Dashboard, context: Context<'_>) -> Claim {
        let claim = format!("{}: its metrics exist", dashboard.uid);
        let mut read = BTreeSet::new();
        for panel in dashboard.panels() {
            let Ok(Content::Targets(targets)) = queries::content(panel) else { continue };
            for target in targets {
                // A query that cannot be made is its panel's claim.
                for query in queries::queries(panel, target, context).unwrap_or_default() {
                    if let Query::Traces { .. } | Query::InfluxQl { .. } = query {
                        continue;
                    }
                    match parts.prometheus.metrics_in(&query.text()).await {
                        Ok(names) => read.extend(names),
                        Err(error) => return Claim::failed(claim, error.to_string()),
                    }
                }
            }
        }
        let expected = |name: &&String| !name.starts_with("k6_") && !parts.settings.tutorial.excludes(name);
        let missing: Vec<&str> =
            read.iter().filter(expected).filter(|name| !self.knows(name)).map(String::as_str).collect();
        if missing.is_empty() {
            Claim::proven(claim, format!("{} names, all known", read.len()))
        } else {
            Claim::failed(claim, format!("nobody exposes {}", missing.join(", ")))
        }
    }

    /// Prometheus makes `ALERTS` only while an alert is active.
    fn knows(&self, name: &str) -> bool {
        let family = ["_bucket", "_count", "_sum"].iter().find_map(|part| name.strip_suffix(part));
        name.starts_with("ALERTS")
            || self.stored.contains(name)
            || [Some(name), family].into_iter().flatten().any(|name| self.envoy.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_if_it_is_stored_or_envoy_could_flush_it() {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let names = Names { stored: set(&["up", "x_bucket"]), envoy: set(&["envoy_a", "envoy_time"]) };
        for known in ["up", "x_bucket", "envoy_a", "envoy_time_bucket", "ALERTS"] {
            assert!(names.knows(known), "{known}");
        }
        for unknown in ["x", "envoy_b", "down"] {
            assert!(!names.knows(unknown), "{unknown}");
        }
    }
}
