//! Evaluates Grafana's provisioned rules where Grafana is unavailable, with Grafana's queries, intervals and hold periods.

use std::time::Duration;

use clients::Clients;
use clients::prometheus::AlertState;
use clients::settings::Settings;
use dashboards::duration;
use evaluate::grafana_rules::condition::Condition;
use evaluate::grafana_rules::evaluate;
use evaluate::grafana_rules::{self, file};
use tokio::time::timeout;

use super::rule::{EvaluatedBy, Rule};
use super::timeline::Observation;

const QUERY_TIMEOUT: Duration = Duration::from_secs(1);

/// The rules of the started tutorials, with their states.
#[derive(Debug)]
pub(super) struct Evaluator(Vec<EvaluatedRule>);

#[derive(Debug)]
struct EvaluatedRule {
    rule: Rule,
    condition: Condition,
    /// Milliseconds between two evaluations.
    interval_ms: i64,
    /// How long the condition must hold until the alert fires.
    hold_ms: i64,
    /// Time of the last evaluation, in Unix milliseconds: a multiple of the interval, 0 before the first one.
    evaluated_at: i64,
    /// Since when the condition holds, in Unix milliseconds.
    active_at: Option<i64>,
    state: AlertState,
    /// Why the last evaluation failed.
    error: Option<String>,
}

impl Evaluator {
    /// Loads the provisioned rules of the started tutorials. Logs and skips a rule that cannot be read.
    /// `prometheus_url` is its address in the reader's browser, or empty.
    pub(super) fn load(settings: &Settings, prometheus_url: &str) -> Self {
        let rules = grafana_rules::load(&settings.alerting).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read Grafana's alert rules");
            Vec::new()
        });
        let started = settings.tutorial.grafana_alerts();
        let rules = rules.into_iter().filter(|rule| started.contains(&rule.title.as_str()));
        let rules = rules.filter_map(|rule| {
            EvaluatedRule::new(&rule, prometheus_url)
                .inspect_err(|reason| tracing::warn!(rule = rule.title, reason, "cannot evaluate the rule"))
                .ok()
        });
        Self(rules.collect())
    }

    /// Evaluates the rules that are due at `now`, in Unix milliseconds. A rule whose query fails keeps its state.
    pub(super) async fn evaluate_due(&mut self, clients: &Clients, now: i64) {
        for rule in &mut self.0 {
            let due = now - now.rem_euclid(rule.interval_ms);
            if due == rule.evaluated_at {
                continue;
            }
            rule.evaluated_at = due;
            match timeout(QUERY_TIMEOUT, evaluate(clients, &rule.condition)).await {
                Ok(Ok(outcome)) => rule.record(due, outcome.fires()),
                Ok(Err(error)) => rule.fail(error.to_string()),
                Err(_) => rule.fail(format!("no response within {QUERY_TIMEOUT:?}")),
            }
        }
    }

    /// Why the last evaluation of the rule with this name failed.
    pub(super) fn error(&self, name: &str) -> Option<String> {
        let rule = self.0.iter().find(|rule| rule.rule.name == name)?;
        rule.error.as_ref().map(|error| format!("the evaluation failed: {error}"))
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.0.iter().map(|rule| rule.rule.clone()).collect()
    }

    /// The current state of each rule, by its name.
    pub(super) fn observations(&self) -> Vec<(String, Observation)> {
        let observation = |rule: &EvaluatedRule| {
            let EvaluatedRule { state, active_at, hold_ms, .. } = *rule;
            (rule.rule.name.clone(), Observation { state, active_at, hold_ms })
        };
        self.0.iter().map(observation).collect()
    }
}

impl EvaluatedRule {
    fn new(rule: &file::Rule, prometheus_url: &str) -> Result<Self, String> {
        let millis = |text: &str| {
            let time = duration::parse(text).map_err(|unknown| unknown.to_string())?;
            i64::try_from(time.as_millis()).map_err(|error| error.to_string())
        };
        Ok(Self {
            rule: Rule::new(
                &rule.title,
                EvaluatedBy::Console,
                &rule.labels,
                &rule.annotations,
                prometheus_url,
            ),
            condition: Condition::of(rule).map_err(|unknown| unknown.to_string())?,
            interval_ms: millis(&rule.interval)?.max(1000),
            hold_ms: millis(&rule.hold)?,
            evaluated_at: 0,
            active_at: None,
            state: AlertState::Inactive,
            error: None,
        })
    }

    /// Records an evaluation. As in Grafana, the alert fires at the first evaluation that is at least the hold period after
    /// the one at which the condition began to hold.
    fn record(&mut self, at: i64, holds: bool) {
        self.error = None;
        if !holds {
            (self.active_at, self.state) = (None, AlertState::Inactive);
            return;
        }
        let active_at = *self.active_at.get_or_insert(at);
        self.state = if at - active_at >= self.hold_ms { AlertState::Firing } else { AlertState::Pending };
    }

    fn fail(&mut self, reason: String) {
        tracing::debug!(reason, rule = self.rule.name, "evaluation failed");
        self.error = Some(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(interval: &str, hold: &str) -> EvaluatedRule {
        let file = format!(
            r#"
groups:
  - interval: {interval}
    rules:
      - title: OrderSlow
        condition: C
        for: {hold}
        data:
          - {{ refId: A, datasourceUid: prometheus, relativeTimeRange: {{ from: 60, to: 0 }}, model: {{ expr: x, instant: true }} }}
          - {{ refId: C, datasourceUid: __expr__, model: {{ type: threshold, expression: A, conditions: [{{ evaluator: {{ type: gt, params: [1] }} }}] }} }}
"#
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rules.yaml"), file).unwrap();
        let rule = &grafana_rules::load(folder.path()).unwrap()[0];
        EvaluatedRule::new(rule, "").unwrap()
    }

    #[test]
    fn fires_once_the_condition_has_held_for_the_hold_period() {
        let mut evaluated = evaluated("10s", "10s");
        evaluated.record(100_000, true);
        assert_eq!((evaluated.state, evaluated.active_at), (AlertState::Pending, Some(100_000)));
        evaluated.record(110_000, true);
        assert_eq!((evaluated.state, evaluated.active_at), (AlertState::Firing, Some(100_000)));
        evaluated.record(120_000, false);
        assert_eq!((evaluated.state, evaluated.active_at), (AlertState::Inactive, None));
    }

    #[test]
    fn fires_at_once_without_a_hold_period() {
        let mut evaluated = evaluated("10s", "0s");
        assert_eq!(evaluated.interval_ms, 10_000);
        evaluated.record(100_000, true);
        assert_eq!(evaluated.state, AlertState::Firing);
    }
}
