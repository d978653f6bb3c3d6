//! Claims on the dashboards: every panel's queries, asked as Grafana would, give data; and every metric they name exists.

use std::time::{Duration, Instant};

use catalog::Tutorial;
use clients::{Clients, poll::until};
use dashboards::{
    Unknown,
    model::{Dashboard, Panel, Target, TimeRange},
    queries::{self, Content, Context, Query},
    variables::Bound,
};
use evaluate::panel;

use crate::table::Claim;

use super::{
    names::Names,
    values::{self, Finding},
};

/// What a load test leaves behind.
const LOAD_PREFIX: &str = "k6_";

/// Looks at dashboards, one after the other.
pub struct Panels<'a> {
    parts: &'a Clients,
    has_grafana: bool,
    scrape: Result<Duration, String>,
    names: Result<Names, String>,
    deadline: Instant,
}

impl<'a> Panels<'a> {
    /// Asks Prometheus what all dashboards need to know. `patience` is how long all empty panels together are waited
    /// for.
    pub async fn new(parts: &'a Clients, has_grafana: bool, patience: Duration) -> Self {
        let scrape = panel::scrape_interval(parts).await.map_err(|error| error.to_string());
        let names = Names::ask(parts).await;
        Self { parts, has_grafana, scrape, names, deadline: Instant::now() + patience }
    }

    /// One claim a panel, and one on the metrics that the dashboard names.
    pub async fn claims(&mut self, dashboard: &Dashboard) -> Vec<Claim> {
        let uid = &dashboard.uid;
        let (scrape, names) = match (&self.scrape, &self.names) {
            (Ok(scrape), Ok(names)) => (*scrape, names),
            (Err(error), _) | (_, Err(error)) => {
                return vec![Claim::failed(format!("{uid}: its panels can be asked for"), error.clone())];
            }
        };
        let time = &dashboard.time;
        let bound = until(self.patience(), async || {
            panel::bind_variables(self.parts, dashboard, panel::window(time)?).await
        })
        .await
        .map_err(|error| error.to_string());
        let bound = match bound {
            Ok(bound) => bound,
            Err(error) => return vec![Claim::failed(format!("{uid}: its variables have values"), error)],
        };
        let (window, has_load) = match (
            panel::window(time).map_err(|error| error.to_string()),
            load_ran(self.parts, time).await,
        ) {
            (Ok(window), Ok(has_load)) => (window, has_load),
            (Err(error), _) | (_, Err(error)) => {
                return vec![Claim::failed(format!("{uid}: its panels can be asked for"), error)];
            }
        };
        let context = Context { window, max_data_points: None, variables: &bound, scrape };
        let mut claims = vec![variables_claim(uid, &bound)];
        claims.push(names.claim(self.parts, dashboard, context).await);
        let mut still = 0;
        for panel in dashboard.panels() {
            match queries::content(panel) {
                Ok(Content::Static) => still += 1,
                content => {
                    let claim = format!("{uid} {}: {}", panel.id, panel.title);
                    claims.push(self.claim(claim, has_load, panel, content, (time, context)).await);
                }
            }
        }
        if still > 0 {
            claims.push(Claim::proven(
                format!("{uid}: panels of words and links"),
                format!("{still}, which ask for nothing"),
            ));
        }
        claims
    }

    fn patience(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    async fn claim(
        &self,
        claim: String,
        has_load: bool,
        panel: &Panel,
        content: Result<Content<'_>, Unknown>,
        (time, context): (&TimeRange, Context<'_>),
    ) -> Claim {
        let targets = match content {
            Ok(Content::Targets(targets)) => targets,
            Ok(Content::Alerts | Content::Static) => return self.alert_list(claim).await,
            Err(unknown) => return Claim::failed(claim, format!("not understood: {unknown}")),
        };
        if targets.iter().any(|target| target.expr.contains(LOAD_PREFIX)) && !has_load {
            return Claim::not_provable(
                claim,
                "no load ran in the panel's time range; `make load` gives it data",
            );
        }
        // Each try looks at the range as it is then.
        let asked = until(self.patience(), async || {
            let context =
                Context { window: panel::window(time).map_err(|error| error.to_string())?, ..context };
            self.ask(panel, &targets, context).await
        })
        .await;
        Claim::from_result(claim, asked.map(|findings| evidence(&findings)))
    }

    /// Asks all targets, for each value by which the panel is repeated.
    async fn ask(
        &self,
        panel: &Panel,
        targets: &[&Target],
        context: Context<'_>,
    ) -> Result<Vec<Finding>, String> {
        let mut findings = Vec::new();
        for variables in panel::repeats(panel, context.variables) {
            let context = Context { variables: &variables, ..context };
            for target in targets {
                let asked = queries::queries(panel, target, context);
                for query in asked.map_err(|unknown| format!("not understood: {unknown}"))? {
                    let fail = |error: String| format!("{error}, query {}: {}", target.ref_id, query.text());
                    let answer =
                        panel::query_series(self.parts, &query).await.map_err(|error| error.to_string());
                    // A load has ended some time ago.
                    let most = if query.text().contains(LOAD_PREFIX) { f64::INFINITY } else { values::LIVE };
                    match answer.and_then(|answer| values::judge(&answer, most)) {
                        Ok(finding) => findings.push(finding),
                        // What a tutorial brings that was not started is not there, or is left from an
                        // earlier start; the rest of the panel must be.
                        Err(_) if self.left_out(&query) => {}
                        Err(error) => return Err(fail(error)),
                    }
                }
            }
        }
        if findings.is_empty() { Err("no data".into()) } else { Ok(findings) }
    }

    /// Whether the query reads only what a tutorial brings that was not started.
    fn left_out(&self, query: &Query) -> bool {
        let tutorial = self.parts.settings.tutorial;
        match query {
            Query::InfluxQl { .. } => !tutorial.has(Tutorial::Influx),
            other => tutorial.excludes(&other.text()),
        }
    }

    async fn alert_list(&self, claim: String) -> Claim {
        if !self.has_grafana {
            return Claim::not_provable(claim, "Grafana lists alerts itself, and is not in this lab");
        }
        let rules = self.parts.grafana.data_source_rule_count("prometheus").await;
        Claim::from_result(claim, rules.map(|count| format!("Grafana sees {count} rules of Prometheus")))
    }
}

/// Whether a load left series in the time range, but for its very beginning, which is about to leave it.
async fn load_ran(parts: &Clients, time: &TimeRange) -> Result<bool, String> {
    let seconds =
        (panel::window(time).map_err(|error| error.to_string())?.duration().as_secs() * 9 / 10).max(1);
    let expr = format!(r#"group(last_over_time({{__name__=~"{LOAD_PREFIX}.+"}}[{seconds}s]))"#);
    let found = parts.prometheus.instant(&expr, None).await.map_err(|error| error.to_string())?;
    Ok(!found.is_empty())
}

fn variables_claim(uid: &str, bound: &[Bound]) -> Claim {
    let names: Vec<String> = bound.iter().map(|variable| format!("${}", variable.name)).collect();
    let evidence = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
    Claim::proven(format!("{uid}: its variables have values"), evidence)
}

fn evidence(findings: &[Finding]) -> String {
    let series: usize = findings.iter().map(|finding| finding.series).sum();
    let blank: usize = findings.iter().map(|finding| finding.blank).sum();
    let newest: Vec<String> = findings.iter().take(4).map(|finding| number(finding.newest)).collect();
    let more = if findings.len() > newest.len() { ", ..." } else { "" };
    let blank = if blank > 0 { format!(", {blank} more without a number") } else { String::new() };
    format!("{series} series{blank}; newest {}{more}", newest.join(", "))
}

/// A number in four digits.
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
    fn evidence_counts_series_and_shows_the_newest_values() {
        let findings = [
            Finding { series: 2, blank: 1, newest: 0.5 },
            Finding { series: 1, blank: 0, newest: 123_456_789.0 },
        ];
        assert_eq!(evidence(&findings), "3 series, 1 more without a number; newest 0.5, 1.235e8");
    }
}
