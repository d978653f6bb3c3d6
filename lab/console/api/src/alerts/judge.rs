//! Grafana's provisioned rules, judged where Grafana is absent: asked what Grafana would ask, as often, and held as long.

use std::time::Duration;

use clients::Clients;
use clients::settings::Settings;
use dashboards::duration;
use evaluate::grafana_rules;
use evaluate::grafana_rules::condition::Condition;
use evaluate::grafana_rules::{evaluate, file};
use tokio::time::timeout;

use super::rule::{Owner, Rule};
use super::timeline::{Seen, Standing};

/// How long the answer to a rule's query may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// The rules with their states.
#[derive(Debug)]
pub(super) struct Judge(Vec<Judged>);

#[derive(Debug)]
struct Judged {
    rule: Rule,
    condition: Condition,
    /// Milliseconds between two evaluations.
    interval: i64,
    /// Milliseconds.
    hold: i64,
    /// The evaluation that was last, or not yet: a multiple of the interval.
    evaluated: i64,
    /// Since when the condition holds.
    active_at: Option<i64>,
    standing: Standing,
}

impl Judge {
    /// The rules of what was started. What cannot be read is logged.
    pub(super) fn load(settings: &Settings, prometheus: &str) -> Self {
        let rules = grafana_rules::load(&settings.alerting).unwrap_or_else(|error| {
            tracing::warn!(%error, "Grafana's rules");
            Vec::new()
        });
        let wanted = settings.tutorial.grafana_alerts();
        let started = rules.into_iter().filter(|rule| wanted.contains(&rule.title.as_str()));
        let judged = started.filter_map(|rule| {
            let judged = Judged::of(&rule, prometheus);
            judged.inspect_err(|reason| tracing::warn!(rule = rule.title, reason, "cannot be judged")).ok()
        });
        Self(judged.collect())
    }

    /// Evaluates what is due.
    pub(super) async fn look(&mut self, parts: &Clients, now: i64) {
        for judged in &mut self.0 {
            let due = now - now.rem_euclid(judged.interval);
            if due == judged.evaluated {
                continue;
            }
            judged.evaluated = due;
            match timeout(PATIENCE, evaluate(parts, &judged.condition)).await {
                Ok(Ok(standing)) => judged.note(due, standing.fires()),
                // It stands as before; the map tells who does not answer.
                Ok(Err(error)) => tracing::debug!(%error, rule = judged.rule.name, "not evaluated"),
                Err(_) => tracing::debug!(rule = judged.rule.name, "no answer in {PATIENCE:?}"),
            }
        }
    }

    pub(super) fn rules(&self) -> Vec<Rule> {
        self.0.iter().map(|judged| judged.rule.clone()).collect()
    }

    /// How each stands.
    pub(super) fn seen(&self) -> Vec<(String, Seen)> {
        let seen = |judged: &Judged| {
            let Judged { standing, active_at, hold, .. } = *judged;
            (judged.rule.name.clone(), Seen { standing, active_at, hold })
        };
        self.0.iter().map(seen).collect()
    }
}

impl Judged {
    fn of(rule: &file::Rule, prometheus: &str) -> Result<Self, String> {
        let millis = |text: &str| {
            let time = duration::parse(text).map_err(|unknown| unknown.to_string())?;
            i64::try_from(time.as_millis()).map_err(|error| error.to_string())
        };
        Ok(Self {
            rule: Rule::new(&rule.title, Owner::Console, &rule.labels, &rule.annotations, prometheus),
            condition: Condition::of(rule).map_err(|unknown| unknown.to_string())?,
            interval: millis(&rule.interval)?.max(1000),
            hold: millis(&rule.hold)?,
            evaluated: 0,
            active_at: None,
            standing: Standing::Inactive,
        })
    }

    /// Notes an evaluation, as Grafana does: what holds fires at the first one that is `hold` after its beginning.
    fn note(&mut self, at: i64, holds: bool) {
        if !holds {
            (self.active_at, self.standing) = (None, Standing::Inactive);
            return;
        }
        let begun = *self.active_at.get_or_insert(at);
        self.standing = if at - begun >= self.hold { Standing::Firing } else { Standing::Pending };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(interval: &str, hold: &str) -> Judged {
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
        Judged::of(rule, "").unwrap()
    }

    #[test]
    fn what_holds_fires_when_it_was_held_long_enough() {
        let mut judged = judged("10s", "10s");
        judged.note(100_000, true);
        assert_eq!((judged.standing, judged.active_at), (Standing::Pending, Some(100_000)));
        judged.note(110_000, true);
        assert_eq!((judged.standing, judged.active_at), (Standing::Firing, Some(100_000)));
        judged.note(120_000, false);
        assert_eq!((judged.standing, judged.active_at), (Standing::Inactive, None));
    }

    #[test]
    fn without_a_hold_it_fires_at_once() {
        let mut judged = judged("10s", "0s");
        assert_eq!(judged.interval, 10_000);
        judged.note(100_000, true);
        assert_eq!(judged.standing, Standing::Firing);
    }
}
