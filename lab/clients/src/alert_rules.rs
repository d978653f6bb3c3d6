//! Alert rules and how they stand, as Prometheus' rules API tells them, and Grafana's like it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    prometheus::Labels,
    rfc3339,
};

/// An alert rule.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct AlertRule {
    /// The alert's name.
    pub name: String,
    /// The furthest state of its alerts.
    pub state: RuleState,
    /// Seconds for which its condition must hold until it fires.
    #[serde(default)]
    pub duration: f64,
    /// As the rule has them; templates are not expanded.
    #[serde(default)]
    pub labels: Labels,
    /// As the rule has them; templates are not expanded.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// One for each series for which its condition holds; Grafana tells of the others, too.
    #[serde(default)]
    pub alerts: Vec<RuleAlert>,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum RuleState {
    /// Its condition holds, not yet for long enough.
    Pending,
    /// It fires. Grafana's `recovering` still does.
    #[serde(alias = "recovering")]
    Firing,
    /// Anything else: its condition does not hold, or is not known.
    #[serde(other)]
    Inactive,
}

/// One alert of a rule.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct RuleAlert {
    /// `pending` and `firing` in Prometheus; `Pending`, `Alerting`, `Normal`, ... in Grafana.
    pub state: String,
    /// Since when its condition holds, in RFC 3339.
    #[serde(default)]
    pub active_at: Option<String>,
    /// With expanded templates.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl RuleAlert {
    /// Whether its condition holds. Grafana may add why, as in `Normal (NoData)`.
    pub fn is_active(&self) -> bool {
        let state = self.state.split(' ').next().unwrap_or_default();
        matches!(state, "pending" | "firing" | "Pending" | "Alerting" | "Recovering")
    }

    /// Since when its condition holds, in Unix milliseconds.
    pub fn active_at(&self) -> Option<i64> {
        self.active_at.as_deref().and_then(rfc3339::millis)
    }
}

/// Asks a rules API for its alert rules.
pub async fn ask(fetch: &Fetch, url: &str) -> Result<Vec<AlertRule>, FetchError> {
    #[derive(Deserialize)]
    struct Group {
        rules: Vec<AlertRule>,
    }
    #[derive(Deserialize)]
    struct Groups {
        groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Answer {
        data: Groups,
    }
    let answer: Answer = fetch.get(url).query(&[("type", "alert")]).json().await?;
    Ok(answer.data.groups.into_iter().flat_map(|group| group.rules).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_its_state_and_each_alert_its_beginning() {
        let rule: AlertRule = serde_json::from_str(
            r#"{"state":"firing","name":"EchoSlow","query":"x > 1","duration":1,"labels":{"tutorial":"echo"},
                "annotations":{"summary":"Slow"},"health":"ok","type":"alerting","alerts":[
                {"labels":{},"annotations":{"summary":"Slow"},"state":"firing",
                 "activeAt":"1970-01-01T00:00:02.5Z","value":"2e+00"}]}"#,
        )
        .unwrap();
        assert_eq!((rule.state, rule.duration), (RuleState::Firing, 1.0));
        assert_eq!((rule.alerts[0].is_active(), rule.alerts[0].active_at()), (true, Some(2500)));
    }

    #[test]
    fn grafanas_states_are_told_apart() {
        let state = |text: &str| serde_json::from_value::<RuleState>(text.into()).unwrap();
        assert_eq!(state("recovering"), RuleState::Firing);
        assert_eq!(state("nodata"), RuleState::Inactive);
        let alert: RuleAlert =
            serde_json::from_str(r#"{"state":"Normal (NoData)","activeAt":"0001-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!((alert.is_active(), alert.active_at()), (false, None));
    }
}
