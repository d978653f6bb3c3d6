//! What does not change about an alert, or only its words: from a rules API, or from a provisioned file.

use std::collections::BTreeMap;

use clients::prometheus::AlertState;
use clients::prometheus_rules::{AlertRule, RuleAlert};
use serde::Serialize;

use super::links;
use super::timeline::{Seen, Standing, Timeline};

/// Who evaluates an alert's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Owner {
    Prometheus,
    Grafana,
    /// A rule of Grafana's, which is absent.
    Console,
}

/// An alert rule for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) owner: Owner,
    tutorial: String,
    summary: String,
    runbook: Option<String>,
    dashboard: Option<String>,
    panel: Option<u64>,
}

impl Rule {
    /// `prometheus` is its address for browsers, or empty.
    pub(super) fn of(rule: &AlertRule, owner: Owner, prometheus: &str) -> Self {
        // What is active has its words filled in.
        let annotations = first(rule).map_or(&rule.annotations, |alert| &alert.annotations);
        Self::new(&rule.name, owner, &rule.labels, annotations, prometheus)
    }

    pub(super) fn new(
        name: &str,
        owner: Owner,
        labels: &BTreeMap<String, String>,
        annotations: &BTreeMap<String, String>,
        prometheus: &str,
    ) -> Self {
        let annotation = |key: &str| annotations.get(key).map_or("", String::as_str);
        let shown = links::panel(annotation("dashboard_url"));
        Self {
            name: name.to_owned(),
            owner,
            tutorial: labels.get("tutorial").cloned().unwrap_or_default(),
            summary: links::plain(annotation("summary")),
            runbook: links::runbook(annotation("runbook_url"), prometheus),
            panel: shown.as_ref().and_then(|(_, panel)| *panel),
            dashboard: shown.map(|(uid, _)| uid),
        }
    }
}

/// The alert of the rule that has been active longest.
fn first(rule: &AlertRule) -> Option<&RuleAlert> {
    let active = rule.alerts.iter().filter(|alert| alert.is_active());
    active.min_by_key(|alert| alert.active_at().unwrap_or(i64::MAX))
}

/// Notes how the rule stands now.
pub(super) fn observe(timeline: &mut Timeline, rule: &AlertRule, now: i64) {
    let standing = match rule.state {
        AlertState::Inactive => Standing::Inactive,
        AlertState::Pending => Standing::Pending,
        AlertState::Firing => Standing::Firing,
    };
    let active_at = first(rule).and_then(RuleAlert::active_at);
    timeline.observe(now, Seen { standing, active_at, hold: (rule.duration * 1000.0) as i64 });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(alerts: &str) -> AlertRule {
        serde_json::from_str(&format!(
            r#"{{"state":"inactive","name":"BackendDown","labels":{{"tutorial":"balancer"}},"annotations":{{
                "summary":"Back end {{{{ $labels.host }}}} is down","runbook_url":"{{{{ $externalURL }}}}/user/BackendDown.md",
                "dashboard_url":"{{{{ $externalLabels.grafana }}}}/d/balancer?viewPanel=2"}},"alerts":[{alerts}]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn a_rule_at_rest_has_its_links_though_its_words_are_not_filled_in() {
        let rule = Rule::of(&rule(""), Owner::Prometheus, "http://p");
        assert_eq!((rule.tutorial.as_str(), rule.summary.as_str()), ("balancer", "Back end … is down"));
        assert_eq!((rule.dashboard.as_deref(), rule.panel), (Some("balancer"), Some(2)));
        assert_eq!(rule.runbook.as_deref(), Some("http://p/user/BackendDown.md"));
    }

    #[test]
    fn an_active_one_has_the_words_of_its_oldest_alert() {
        let alert = |summary: &str, second: u8| {
            format!(
                r#"{{"state":"firing","activeAt":"1970-01-01T00:00:0{second}Z","annotations":{{"summary":"{summary}"}}}}"#
            )
        };
        let alerts = format!("{},{}", alert("Back end b is down", 2), alert("Back end a is down", 1));
        assert_eq!(Rule::of(&rule(&alerts), Owner::Prometheus, "").summary, "Back end a is down");
    }
}
