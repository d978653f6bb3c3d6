//! Prometheus' rules API, which Grafana implements too: alert rules and their states.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    fetch::{Fetch, FetchError},
    prometheus::{AlertState, Labels},
    time,
};

/// An alert rule.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct AlertRule {
    /// The alert's name.
    pub name: String,
    /// The most severe state of its alerts.
    pub state: AlertState,
    /// How long the condition must hold before the rule fires, in seconds.
    #[serde(default)]
    pub duration: f64,
    /// The rule's own, with templates that are not expanded.
    #[serde(default)]
    pub labels: Labels,
    /// The rule's own, with templates that are not expanded.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// One per series for which the condition holds. Grafana includes the other series, too.
    #[serde(default)]
    pub alerts: Vec<RuleAlert>,
}

/// One alert of a rule.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct RuleAlert {
    /// Prometheus: `pending` or `firing`. Grafana: `Pending`, `Alerting`, `Normal`, ...
    pub state: String,
    /// The time at which the condition began to hold, in RFC 3339.
    #[serde(default)]
    pub active_at: Option<String>,
    /// Annotations with expanded templates.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl RuleAlert {
    /// Whether the condition holds. Grafana may append a reason, as in `Normal (NoData)`.
    pub fn is_active(&self) -> bool {
        let state = self.state.split(' ').next().unwrap_or_default();
        matches!(state, "pending" | "firing" | "Pending" | "Alerting" | "Recovering")
    }

    /// The time at which the condition began to hold, in Unix milliseconds.
    pub fn active_at(&self) -> Option<i64> {
        self.active_at.as_deref().and_then(time::unix_millis)
    }
}

/// Fetches the alert rules from a rules API.
pub async fn alert_rules(fetch: &Fetch, url: &str) -> Result<Vec<AlertRule>, FetchError> {
    #[derive(Deserialize)]
    struct Group {
        rules: Vec<AlertRule>,
    }
    #[derive(Deserialize)]
    struct Groups {
        groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Response {
        data: Groups,
    }
    let response: Response = fetch.get(url).query(&[("type", "alert")]).json().await?;
    Ok(response.data.groups.into_iter().flat_map(|group| group.rules).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_a_state_and_each_alert_a_start() {
        let rule: AlertRule = serde_json::from_str(
            r#"{"state":"firing","name":"EchoSlow","query":"x > 1","duration":1,"labels":{"tutorial":"echo"},
                "annotations":{"summary":"Slow"},"health":"ok","type":"alerting","alerts":[
                {"labels":{},"annotations":{"summary":"Slow"},"state":"firing",
                 "activeAt":"1970-01-01T00:00:02.5Z","value":"2e+00"}]}"#,
        )
        .unwrap();
        assert_eq!((rule.state, rule.duration), (AlertState::Firing, 1.0));
        assert_eq!((rule.alerts[0].is_active(), rule.alerts[0].active_at()), (true, Some(2500)));
    }

    #[test]
    fn grafanas_states_are_parsed() {
        let state = |text: &str| serde_json::from_value::<AlertState>(text.into()).unwrap();
        assert_eq!(state("recovering"), AlertState::Firing);
        assert_eq!(state("nodata"), AlertState::Inactive);
        let alert: RuleAlert =
            serde_json::from_str(r#"{"state":"Normal (NoData)","activeAt":"0001-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!((alert.is_active(), alert.active_at()), (false, None));
    }
}
