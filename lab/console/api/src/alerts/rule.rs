//! The static part of an alert: name, owner and links, from a rules API or a provisioned file.

use std::collections::BTreeMap;

use catalog::RuleOwner;
use clients::prometheus_rules::AlertRule;
use serde::Serialize;

use super::timeline::oldest_active;

/// Who evaluates a rule now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(super) enum EvaluatedBy {
    Prometheus,
    Grafana,
    /// The console, for a rule that Grafana owns while Grafana is unavailable.
    Console,
}

impl From<RuleOwner> for EvaluatedBy {
    fn from(owner: RuleOwner) -> Self {
        match owner {
            RuleOwner::Prometheus => Self::Prometheus,
            RuleOwner::Grafana => Self::Grafana,
        }
    }
}

/// An alert rule as the pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(rename = "AlertRule"))]
pub(super) struct Rule {
    pub(super) name: String,
    #[serde(rename = "owner")]
    pub(super) evaluated_by: EvaluatedBy,
    tutorial: String,
    summary: String,
    runbook: Option<String>,
    /// The dashboard's uid.
    dashboard: Option<String>,
    panel: Option<u64>,
}

impl Rule {
    /// `prometheus_url` is its address in the reader's browser, or empty.
    pub(super) fn of(rule: &AlertRule, owner: RuleOwner, prometheus_url: &str) -> Self {
        // Templates are expanded in the annotations of an alert, not in those of its rule.
        let annotations = oldest_active(rule).map_or(&rule.annotations, |alert| &alert.annotations);
        Self::new(&rule.name, owner.into(), &rule.labels, annotations, prometheus_url)
    }

    pub(super) fn new(
        name: &str,
        evaluated_by: EvaluatedBy,
        labels: &BTreeMap<String, String>,
        annotations: &BTreeMap<String, String>,
        prometheus_url: &str,
    ) -> Self {
        let annotation = |key: &str| annotations.get(key).map_or("", String::as_str);
        let panel = panel(annotation("dashboard_url"));
        Self {
            name: name.to_owned(),
            evaluated_by,
            tutorial: labels.get("tutorial").cloned().unwrap_or_default(),
            summary: unexpanded(annotation("summary")),
            runbook: runbook(annotation("runbook_url"), prometheus_url),
            panel: panel.as_ref().and_then(|(_, panel)| *panel),
            dashboard: panel.map(|(uid, _)| uid),
        }
    }
}

/// Dashboard and panel of a URL such as `http://h/d/UID?viewPanel=2`, where the host may be a template.
fn panel(url: &str) -> Option<(String, Option<u64>)> {
    let path = url.split_once("/d/")?.1;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let uid = path.split('/').next().filter(|uid| !uid.is_empty())?;
    let panel = query.split('&').find_map(|pair| pair.strip_prefix("viewPanel="));
    Some((uid.to_owned(), panel.and_then(|id| id.trim_start_matches("panel-").parse().ok())))
}

/// A template as readable text: every `{{ action }}` becomes an ellipsis.
fn unexpanded(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, action)) = rest.split_once("{{") {
        text.push_str(before);
        text.push('…');
        rest = action.split_once("}}").map_or("", |(_, after)| after);
    }
    text + rest
}

/// The address of a runbook whose template may refer to Prometheus' external URL; `None` if the result is not an HTTP URL.
fn runbook(template: &str, prometheus_url: &str) -> Option<String> {
    let url = template.replace("{{ $externalURL }}", prometheus_url.trim_end_matches('/'));
    (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(alerts: &str) -> AlertRule {
        serde_json::from_str(&format!(
            r#"{{"state":"inactive","name":"BackendDown","labels":{{"tutorial":"balancer"}},"annotations":{{
                "summary":"Backend {{{{ $labels.host }}}} is down","runbook_url":"{{{{ $externalURL }}}}/user/BackendDown.md",
                "dashboard_url":"{{{{ $externalLabels.grafana }}}}/d/balancer?viewPanel=2"}},"alerts":[{alerts}]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn an_inactive_rule_has_its_links_and_an_unexpanded_summary() {
        let rule = Rule::of(&rule(""), RuleOwner::Prometheus, "http://p");
        assert_eq!((rule.tutorial.as_str(), rule.summary.as_str()), ("balancer", "Backend … is down"));
        assert_eq!((rule.dashboard.as_deref(), rule.panel), (Some("balancer"), Some(2)));
        assert_eq!(rule.runbook.as_deref(), Some("http://p/user/BackendDown.md"));
    }

    #[test]
    fn an_active_rule_has_the_summary_of_its_oldest_alert() {
        let alert = |summary: &str, second: u8| {
            format!(
                r#"{{"state":"firing","activeAt":"1970-01-01T00:00:0{second}Z","annotations":{{"summary":"{summary}"}}}}"#
            )
        };
        let alerts = format!("{},{}", alert("Backend b is down", 2), alert("Backend a is down", 1));
        assert_eq!(Rule::of(&rule(&alerts), RuleOwner::Prometheus, "").summary, "Backend a is down");
    }

    #[test]
    fn reads_dashboard_and_panel_from_a_url() {
        let template = "{{ $externalLabels.grafana }}/d/balancer?viewPanel=2";
        assert_eq!(panel(template), Some(("balancer".into(), Some(2))));
        let full = "http://h:3000/d/orders/orders?from=now-5m&viewPanel=panel-3";
        assert_eq!(panel(full), Some(("orders".into(), Some(3))));
        assert_eq!(panel("http://h/d/orders"), Some(("orders".into(), None)));
        assert_eq!(panel("http://h/"), None);
    }

    #[test]
    fn replaces_template_actions_by_ellipses() {
        assert_eq!(
            unexpanded("Backend {{ $labels.host }}:{{ $labels.port }} is down"),
            "Backend …:… is down"
        );
        assert_eq!(unexpanded("Echo calls fail"), "Echo calls fail");
        assert_eq!(unexpanded("cut {{ short"), "cut …");
    }

    #[test]
    fn expands_a_runbook_to_prometheus_external_address() {
        let template = "{{ $externalURL }}/user/X.md";
        assert_eq!(runbook(template, "http://127.0.0.1:9090").unwrap(), "http://127.0.0.1:9090/user/X.md");
        assert_eq!(runbook(template, ""), None);
        assert_eq!(runbook("javascript:alert(1)", "http://h"), None);
    }
}
