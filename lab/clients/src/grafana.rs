//! The parts of Grafana's HTTP API that the lab reads, as its anonymous viewer.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    alert_rules::{self, AlertRule, RuleState},
    alertmanager::Alertmanager,
    fetch::{Fetch, FetchError},
    prometheus::{Alert, AlertState},
};

/// A client of one Grafana; cheap to clone.
#[derive(Clone, Debug)]
pub struct Grafana {
    fetch: Fetch,
    base: String,
}

/// A query as Grafana's page sends it.
#[derive(Clone, Debug)]
pub struct DsQuery {
    /// The target as the file has it, with the dashboard's variables written into `expr`.
    pub target: Value,
    /// Beginning of the range, in Unix milliseconds.
    pub from: i64,
    /// End of the range, in Unix milliseconds.
    pub to: i64,
    /// The step that the page computes, in milliseconds.
    pub interval_ms: u64,
    /// The panel's width in points.
    pub max_data_points: u32,
}

impl Grafana {
    /// `base` is its address without a slash at the end.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// Its version, if its database is well.
    pub async fn version(&self) -> Result<String, FetchError> {
        #[derive(Deserialize)]
        struct Health {
            database: String,
            #[serde(default)]
            version: String,
        }
        let url = format!("{}/api/health", self.base);
        let health: Health = self.fetch.get(&url).json().await?;
        if health.database != "ok" {
            return Err(FetchError::Shape { url, reason: format!("its database is {:?}", health.database) });
        }
        Ok(health.version)
    }

    /// What a data source says of its own health.
    pub async fn data_source_health(&self, uid: &str) -> Result<String, FetchError> {
        #[derive(Deserialize)]
        struct Health {
            #[serde(default)]
            status: String,
            #[serde(default)]
            message: String,
        }
        let url = format!("{}/api/datasources/uid/{uid}/health", self.base);
        let health: Health = self.fetch.get(&url).json().await?;
        if health.status != "OK" {
            return Err(FetchError::Shape { url, reason: format!("{}: {}", health.status, health.message) });
        }
        Ok(health.message)
    }

    /// The title and the number of panels of a dashboard.
    pub async fn dashboard(&self, uid: &str) -> Result<(String, usize), FetchError> {
        #[derive(Deserialize)]
        struct Dashboard {
            title: String,
            #[serde(default)]
            panels: Vec<Value>,
        }
        #[derive(Deserialize)]
        struct Answer {
            dashboard: Dashboard,
        }
        let url = format!("{}/api/dashboards/uid/{uid}", self.base);
        let Dashboard { title, panels } = self.fetch.get(&url).json::<Answer>().await?.dashboard;
        Ok((title, panels.len()))
    }

    /// How many rules Grafana sees in a Prometheus data source, as its alert list does.
    pub async fn alert_rules(&self, uid: &str) -> Result<usize, FetchError> {
        let rules = self.rules(uid).await?.len();
        let url = self.rules_url(uid);
        if rules == 0 { Err(FetchError::Shape { url, reason: "no rules".into() }) } else { Ok(rules) }
    }

    /// Its own rules, and how they stand.
    pub async fn own_rules(&self) -> Result<Vec<AlertRule>, FetchError> {
        alert_rules::ask(&self.fetch, &self.rules_url("grafana")).await
    }

    /// The alerts of its own rules that are pending or firing.
    pub async fn alerts(&self) -> Result<Vec<Alert>, FetchError> {
        Ok(active(&self.own_rules().await?))
    }

    /// The names of the alerts that it holds and mails about, unresolved.
    pub async fn held(&self) -> Result<Vec<String>, FetchError> {
        Alertmanager::new(self.fetch.clone(), &format!("{}/api/alertmanager/grafana", self.base)).held().await
    }

    async fn rules(&self, source: &str) -> Result<Vec<Value>, FetchError> {
        let answer: Value = self.fetch.get(&self.rules_url(source)).json().await?;
        let groups = answer["data"]["groups"].as_array().map_or(&[][..], Vec::as_slice);
        let rules = groups.iter().filter_map(|group| group["rules"].as_array());
        Ok(rules.flatten().cloned().collect())
    }

    fn rules_url(&self, source: &str) -> String {
        format!("{}/api/prometheus/{source}/api/v1/rules", self.base)
    }

    /// Asks a data source through Grafana: for each series, its values, oldest first.
    pub async fn query(&self, query: &DsQuery) -> Result<Vec<Vec<f64>>, FetchError> {
        let url = format!("{}/api/ds/query", self.base);
        let mut target = query.target.clone();
        let ref_id = target["refId"].as_str().unwrap_or("A").to_owned();
        target["refId"] = json!(ref_id);
        target["intervalMs"] = json!(query.interval_ms);
        target["maxDataPoints"] = json!(query.max_data_points);
        let body = json!({
            "queries": [target], "from": query.from.to_string(), "to": query.to.to_string()});
        let answer: Value = self.fetch.post(&url).body(&body).json().await?;
        let result = &answer["results"][&ref_id];
        if let Some(error) = result["error"].as_str() {
            return Err(FetchError::Shape { url, reason: error.to_owned() });
        }
        let frames = result["frames"].as_array();
        let frames = frames.ok_or_else(|| FetchError::Shape { url, reason: "no frames".into() })?;
        Ok(frames.iter().flat_map(number_fields).collect())
    }
}

/// The rules whose state says that their condition holds.
fn active(rules: &[AlertRule]) -> Vec<Alert> {
    let active = rules.iter().filter_map(|rule| {
        let state = match rule.state {
            RuleState::Pending => AlertState::Pending,
            RuleState::Firing => AlertState::Firing,
            RuleState::Inactive => return None,
        };
        Some(Alert { labels: [("alertname".to_owned(), rule.name.clone())].into(), state })
    });
    active.collect()
}

/// The number columns of a data frame; JSON has no NaN, so Grafana writes it (and infinities) as `null` with an entity.
fn number_fields(frame: &Value) -> Vec<Vec<f64>> {
    let fields = frame["schema"]["fields"].as_array().map_or(&[][..], Vec::as_slice);
    let columns = frame["data"]["values"].as_array().map_or(&[][..], Vec::as_slice);
    let entities = frame["data"]["entities"].as_array().map_or(&[][..], Vec::as_slice);
    let numbers = fields.iter().zip(columns).enumerate().filter(|(_, (field, _))| field["type"] == "number");
    numbers
        .map(|(at, (_, column))| {
            let infinite = |list: &str, row: usize| {
                let rows = entities.get(at).and_then(|entity| entity[list].as_array());
                rows.is_some_and(|rows| rows.iter().any(|one| one.as_u64() == Some(row as u64)))
            };
            let values = column.as_array().map_or(&[][..], Vec::as_slice);
            let number = |(row, value): (usize, &Value)| match value.as_f64() {
                Some(number) => number,
                None if infinite("Inf", row) => f64::INFINITY,
                None if infinite("NegInf", row) => f64::NEG_INFINITY,
                None => f64::NAN,
            };
            values.iter().enumerate().map(number).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_active_while_it_is_pending_or_firing() {
        let rule = |name: &str, state: &str| {
            serde_json::from_value(json!({"name": name, "state": state, "alerts": []})).unwrap()
        };
        let alerts = active(&[rule("A", "inactive"), rule("B", "pending"), rule("C", "firing")]);
        let names: Vec<_> = alerts.iter().map(|alert| (alert.name(), alert.state)).collect();
        assert_eq!(names, [("B", AlertState::Pending), ("C", AlertState::Firing)]);
    }

    #[test]
    fn a_frame_gives_its_number_columns_with_what_json_cannot_write() {
        let frame = json!({
            "schema": {"fields": [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number"}]},
            "data": {"values": [[1, 2, 3], [0.5, null, null]], "entities": [null, {"NaN": [1], "Inf": [2]}]}
        });
        let columns = number_fields(&frame);
        assert_eq!(columns.len(), 1);
        assert_eq!(columns[0][0], 0.5);
        assert!(columns[0][1].is_nan());
        assert_eq!(columns[0][2], f64::INFINITY);
    }
}
