//! Claims that every panel's queries have data, and that their metrics exist.

use std::time::{Duration, Instant};

use catalog::Tutorial;
use clients::{Clients, poll::until};
use dashboards::{
    Unsupported,
    model::{Dashboard, Panel, Target, TimeRange},
    queries::{self, Content, Context, Query},
    variables::Bound,
};
use evaluate::panel;

use crate::table::{Claim, Failure};

use super::{
    dashboard_metrics,
    values::{self, Finding},
};

/// Prefix of the metrics of `make load`.
const LOAD_PREFIX: &str = "k6_";

/// Checks dashboards one after another.
pub struct Panels<'a> {
    clients: &'a Clients,
    has_grafana: bool,
    scrape: Result<Duration, Failure>,
    deadline: Instant,
}

impl<'a> Panels<'a> {
    /// Fetches the scrape interval. `timeout` is for all panels together to have data.
    pub async fn new(clients: &'a Clients, has_grafana: bool, timeout: Duration) -> Self {
        let scrape = panel::scrape_interval(clients).await.map_err(Failure::from);
        Self { clients, has_grafana, scrape, deadline: Instant::now() + timeout }
    }

    /// Checks one claim per panel, one on the variables and one on the metrics.
    pub async fn claims(&mut self, dashboard: &Dashboard) -> Vec<Claim> {
        let uid = &dashboard.uid;
        let unavailable =
            |error: Failure| vec![Claim::failed(format!("{uid}: its panels can be queried"), error)];
        let scrape = match &self.scrape {
            Ok(scrape) => *scrape,
            Err(error) => return unavailable(error.clone()),
        };
        let time = &dashboard.time;
        let bound = until(self.timeout(), async || {
            panel::bind_variables(self.clients, dashboard, panel::window(time)?).await
        })
        .await
        .map_err(Failure::from);
        let bound = match bound {
            Ok(bound) => bound,
            Err(error) => return vec![Claim::failed(format!("{uid}: its variables have values"), error)],
        };
        let (window, has_load) =
            match (panel::window(time).map_err(Failure::from), load_ran(self.clients, time).await) {
                (Ok(window), Ok(has_load)) => (window, has_load),
                (Err(error), _) | (_, Err(error)) => return unavailable(error),
            };
        let context = Context { window, max_data_points: None, variables: &bound, scrape };
        let mut claims = vec![variables_claim(uid, &bound)];
        claims.push(dashboard_metrics::claim(self.clients, dashboard, context, self.timeout()).await);
        let mut static_panels = 0;
        for panel in dashboard.panels() {
            match queries::content(panel) {
                Ok(Content::Static) => static_panels += 1,
                content => {
                    let claim = format!("{uid} {}: {}", panel.id, panel.title);
                    claims.push(self.claim(claim, has_load, panel, content, (time, context)).await);
                }
            }
        }
        if static_panels > 0 {
            claims.push(Claim::proven(format!("{uid}: panels without queries"), static_panels.to_string()));
        }
        claims
    }

    fn timeout(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    async fn claim(
        &self,
        claim: String,
        has_load: bool,
        panel: &Panel,
        content: Result<Content<'_>, Unsupported>,
        (time, context): (&TimeRange, Context<'_>),
    ) -> Claim {
        let targets = match content {
            Ok(Content::Targets(targets)) => targets,
            Ok(Content::Alerts | Content::Static) => return self.alert_list(claim).await,
            Err(unknown) => return Claim::failed(claim, format!("not supported: {unknown}")),
        };
        if targets.iter().any(|target| target.expr.contains(LOAD_PREFIX)) && !has_load {
            return Claim::not_provable(
                claim,
                "no load ran in the panel's time range; `make load` gives it data",
            );
        }
        // Each attempt queries the range up to now.
        let findings = until(self.timeout(), async || {
            let context = Context { window: panel::window(time)?, ..context };
            self.query(panel, &targets, context).await
        })
        .await;
        Claim::from_result(claim, findings.map(|findings| evidence(&findings)))
    }

    /// Sends the queries of all targets, for each copy of a repeated panel.
    async fn query(
        &self,
        panel: &Panel,
        targets: &[&Target],
        context: Context<'_>,
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for variables in panel::repeats(panel, context.variables) {
            let context = Context { variables: &variables, ..context };
            for target in targets {
                let queries = queries::queries(panel, target, context);
                for query in queries.map_err(|unknown| format!("not supported: {unknown}"))? {
                    let series = panel::query_series(self.clients, &query).await.map_err(Failure::from);
                    // The last load may have ended some time ago.
                    let max_age = if query.text().contains(LOAD_PREFIX) {
                        f64::INFINITY
                    } else {
                        values::MAX_AGE_SECONDS
                    };
                    match series.and_then(|series| values::evaluate(&series, max_age)) {
                        Ok(finding) => findings.push(finding),
                        // Only the panel's other queries must have data.
                        Err(_) if self.is_excluded(&query) => {}
                        Err(error) => {
                            let query = query.text();
                            return Err(format!("{error}, query {}: {query}", target.ref_id).into());
                        }
                    }
                }
            }
        }
        if findings.is_empty() { Err("no data".into()) } else { Ok(findings) }
    }

    /// Whether the query reads data of a tutorial that is not selected.
    fn is_excluded(&self, query: &Query) -> bool {
        let tutorial = self.clients.settings.tutorial;
        match query {
            Query::InfluxQl { .. } => !tutorial.has(Tutorial::Influx),
            other => tutorial.excludes(&other.text()),
        }
    }

    async fn alert_list(&self, claim: String) -> Claim {
        if !self.has_grafana {
            return Claim::not_provable(claim, "only Grafana lists its alerts, and it is not in this lab");
        }
        let rules = self.clients.grafana.data_source_rule_count("prometheus").await;
        Claim::from_result(claim, rules.map(|count| format!("Grafana lists {count} rules of Prometheus")))
    }
}

/// Whether the time range has series of `make load`. Ignores the first tenth of the range, which is about to leave it.
async fn load_ran(clients: &Clients, time: &TimeRange) -> Result<bool, Failure> {
    let seconds = (panel::window(time)?.duration().as_secs() * 9 / 10).max(1);
    let expr = format!(r#"group(last_over_time({{__name__=~"{LOAD_PREFIX}.+"}}[{seconds}s]))"#);
    let found = clients.prometheus.instant(&expr, None).await?;
    Ok(!found.is_empty())
}

fn variables_claim(uid: &str, bound: &[Bound]) -> Claim {
    let names: Vec<String> = bound.iter().map(|variable| format!("${}", variable.name)).collect();
    let evidence = if names.is_empty() { "there are none".to_owned() } else { names.join(", ") };
    Claim::proven(format!("{uid}: its variables have values"), evidence)
}

fn evidence(findings: &[Finding]) -> String {
    let series: usize = findings.iter().map(|finding| finding.series).sum();
    let empty: usize = findings.iter().map(|finding| finding.empty).sum();
    let newest: Vec<String> = findings.iter().take(4).map(|finding| number(finding.newest)).collect();
    let more = if findings.len() > newest.len() { ", ..." } else { "" };
    let empty = if empty > 0 { format!(", {empty} more without a number") } else { String::new() };
    format!("{series} series{empty}; newest {}{more}", newest.join(", "))
}

/// Formats a number with three decimals or in scientific notation.
fn number(value: f64) -> String {
    if value == 0.0 || (0.01..100_000.0).contains(&value.abs()) {
        let text = format!("{value:.3}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_has_the_number_of_series_and_the_last_values() {
        let findings = [
            Finding { series: 2, empty: 1, newest: 0.5 },
            Finding { series: 1, empty: 0, newest: 123_456_789.0 },
        ];
        assert_eq!(evidence(&findings), "3 series, 1 more without a number; newest 0.5, 1.235e8");
    }
}
