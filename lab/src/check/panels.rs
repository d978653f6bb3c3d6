//! Claims on the dashboards: every panel's queries, asked as Grafana would, give data; and every metric they name exists.

use std::time::{Duration, Instant};

use crate::{
    clock::{unix_now, until},
    dashboards::{
        Unknown, duration,
        interpolate::{in_promql, replace},
        model::{Dashboard, Panel, Target},
        queries::{self, Content, Context, Query},
        variables::{self, Bound, Source},
    },
    parts::Parts,
    prometheus::Range,
    table::Claim,
};

use super::{
    names::Names,
    values::{self, Finding},
};

/// What a load test leaves behind.
const LOAD_PREFIX: &str = "k6_";

/// Looks at dashboards, one after the other.
pub struct Panels<'a> {
    parts: &'a Parts,
    has_grafana: bool,
    scrape: Result<Duration, String>,
    names: Result<Names, String>,
    deadline: Instant,
}

impl<'a> Panels<'a> {
    /// Asks Prometheus what all dashboards need to know. `patience` is how long all empty panels together are waited
    /// for.
    pub async fn new(parts: &'a Parts, has_grafana: bool, patience: Duration) -> Self {
        let scrape = scrape_interval(parts).await;
        let names = Names::ask(parts).await;
        Self { parts, has_grafana, scrape, names, deadline: Instant::now() + patience }
    }

    /// One claim a panel, and one on the metrics that the dashboard names.
    pub async fn claims(&mut self, dashboard: &Dashboard) -> Vec<Claim> {
        let (scrape, names) = match (&self.scrape, &self.names) {
            (Ok(scrape), Ok(names)) => (*scrape, names),
            (Err(error), _) | (_, Err(error)) => {
                return vec![Claim::failed("its panels can be asked for", error.clone())];
            }
        };
        let bound = until(self.patience(), || bind_all(self.parts, dashboard)).await;
        let bound = match bound {
            Ok(bound) => bound,
            Err(error) => return vec![Claim::failed("its variables have values", error)],
        };
        let context = Context { time: &dashboard.time, variables: &bound, scrape };
        let mut claims = vec![variables_claim(&bound)];
        claims.push(names.claim(self.parts, dashboard, context).await);
        let mut still = 0;
        for panel in dashboard.panels() {
            match queries::content(panel) {
                Ok(Content::Static) => still += 1,
                content => claims.push(self.claim(names, panel, content, context).await),
            }
        }
        if still > 0 {
            claims
                .push(Claim::proven("panels of words and links", format!("{still}, which ask for nothing")));
        }
        claims
    }

    fn patience(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    async fn claim(
        &self,
        names: &Names,
        panel: &Panel,
        content: Result<Content<'_>, Unknown>,
        context: Context<'_>,
    ) -> Claim {
        let claim = format!("{}: {}", panel.id, panel.title);
        let targets = match content {
            Ok(Content::Targets(targets)) => targets,
            Ok(Content::Alerts | Content::Static) => return self.alert_list(claim).await,
            Err(unknown) => return Claim::failed(claim, format!("not understood: {unknown}")),
        };
        if targets.iter().any(|target| target.expr.contains(LOAD_PREFIX)) && !names.has_prefix(LOAD_PREFIX) {
            return Claim::not_provable(
                claim,
                "no load ran in the panel's time range; `make load` gives it data",
            );
        }
        let asked = until(self.patience(), || self.ask(panel, &targets, context)).await;
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
        for variables in repeats(panel, context.variables) {
            let context = Context { variables: &variables, ..context };
            for target in targets {
                let asked = queries::queries(panel, target, context);
                for query in asked.map_err(|unknown| format!("not understood: {unknown}"))? {
                    let fail = |error: String| format!("{error}, query {}: {}", target.ref_id, query.text());
                    match self.one(&query).await {
                        Ok(finding) => findings.push(finding),
                        // Envoy's own metrics are not there without the sink; the rest of the panel must be.
                        Err(error) if error == "no data" && self.left_out(target) => {}
                        Err(error) => return Err(fail(error)),
                    }
                }
            }
        }
        if findings.is_empty() { Err("no data".into()) } else { Ok(findings) }
    }

    async fn one(&self, query: &Query) -> Result<Finding, String> {
        let now = unix_now();
        let answer = match query {
            Query::Instant { expr } => self.parts.prometheus.instant(expr, Some(now)).await,
            Query::Range { expr, range, step } => {
                self.parts.prometheus.range(expr, aligned(now, *range, *step)).await
            }
            Query::Traces { parameters } => {
                let parameters: Vec<(&str, &str)> =
                    parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let found = self.parts.jaeger.search(&parameters).await.map_err(|error| error.to_string())?;
                let newest = found as f64;
                return if found > 0 {
                    Ok(Finding { series: found, blank: 0, newest })
                } else {
                    Err("no data".into())
                };
            }
        };
        let answer = answer.map_err(|error| error.to_string())?;
        let columns: Vec<Vec<f64>> = answer.iter().map(values::of).collect();
        values::judge(columns.iter().map(Vec::as_slice))
    }

    /// Whether the target reads only what a tutorial brings that was not started.
    fn left_out(&self, target: &Target) -> bool {
        let of_the_sink = ["envoy_", "metrics_sink_", "job=\"envoy\"", "job=\"metrics-sink\""];
        !self.parts.settings.tutorial.has_sink() && of_the_sink.iter().any(|name| target.expr.contains(name))
    }

    async fn alert_list(&self, claim: String) -> Claim {
        if !self.has_grafana {
            return Claim::not_provable(claim, "Grafana lists alerts itself, and is not in this lab");
        }
        let rules = self.parts.grafana.alert_rules("prometheus").await;
        Claim::from_result(claim, rules.map(|count| format!("Grafana sees {count} rules of Prometheus")))
    }
}

/// Start and end as Grafana aligns them: multiples of the step.
fn aligned(now: f64, range: Duration, step: Duration) -> Range {
    let step = step.as_secs_f64();
    let align = |time: f64| (time / step).floor() * step;
    Range { start: align(now - range.as_secs_f64()), end: align(now), step }
}

async fn scrape_interval(parts: &Parts) -> Result<Duration, String> {
    let targets = parts.prometheus.targets().await.map_err(|error| error.to_string())?;
    let intervals = targets.iter().map(|target| duration::parse(&target.scrape_interval));
    let intervals = intervals.collect::<Result<Vec<_>, _>>().map_err(|unknown| unknown.to_string())?;
    intervals.into_iter().max().ok_or_else(|| "Prometheus has no target".into())
}

/// Resolves the variables in order; each may use those before it.
pub(super) async fn bind_all(parts: &Parts, dashboard: &Dashboard) -> Result<Vec<Bound>, String> {
    let back = queries::time_range(&dashboard.time).map_err(|unknown| unknown.to_string())?;
    let now = unix_now();
    let range = Range { start: now - back.as_secs_f64(), end: now, step: 1.0 };
    let mut bound: Vec<Bound> = Vec::new();
    for variable in &dashboard.templating.list {
        let written = |text: &str| replace(text, |name, format| in_promql(&bound, name, format));
        let source =
            variables::source(variable, written).map_err(|unknown| format!("not understood: {unknown}"))?;
        let options = match source {
            Source::Fixed(options) => options,
            Source::LabelValues { label, selector } => parts
                .prometheus
                .label_values(&label, selector.as_deref(), range)
                .await
                .map_err(|error| error.to_string())?,
        };
        if options.is_empty() {
            return Err(format!("${} has no value", variable.name));
        }
        bound.push(variables::bind(variable, options));
    }
    Ok(bound)
}

fn variables_claim(bound: &[Bound]) -> Claim {
    let names: Vec<String> = bound.iter().map(|variable| format!("${}", variable.name)).collect();
    let evidence = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
    Claim::proven("its variables have values", evidence)
}

/// The variables for each copy of the panel.
fn repeats(panel: &Panel, bound: &[Bound]) -> Vec<Vec<Bound>> {
    let by = panel.repeat.as_deref().and_then(|name| bound.iter().position(|variable| variable.name == name));
    let Some(by) = by else { return vec![bound.to_vec()] };
    let each = bound[by].value.each();
    each.into_iter()
        .map(|value| {
            let mut copy = bound.to_vec();
            copy[by].value = value;
            copy
        })
        .collect()
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
    use crate::dashboards::variables::Value;

    #[test]
    fn a_range_is_aligned_to_its_step() {
        let range = aligned(1_003.7, Duration::from_secs(300), Duration::from_secs(5));
        assert_eq!(range, Range { start: 700.0, end: 1_000.0, step: 5.0 });
    }

    #[test]
    fn a_repeated_panel_is_asked_once_a_value() {
        let bound = [
            Bound { name: "job".into(), value: Value::One("a".into()) },
            Bound { name: "method".into(), value: Value::Many(vec!["x".into(), "y".into()]) },
        ];
        let panel = Panel { repeat: Some("method".into()), ..Panel::default() };
        let copies = repeats(&panel, &bound);
        assert_eq!(copies.len(), 2);
        assert_eq!(copies[1][1].value, Value::Many(vec!["y".into()]));
        assert_eq!(repeats(&Panel::default(), &bound), [bound.to_vec()]);
    }

    #[test]
    fn evidence_counts_series_and_shows_the_newest_values() {
        let findings = [
            Finding { series: 2, blank: 1, newest: 0.5 },
            Finding { series: 1, blank: 0, newest: 123_456_789.0 },
        ];
        assert_eq!(evidence(&findings), "3 series, 1 more without a number; newest 0.5, 1.235e8");
    }
}
