//! Grafana's HTTP API, as an anonymous viewer.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    alertmanager::Alertmanager,
    fetch::{Fetch, FetchError},
    prometheus::{Alert, AlertState, Labels},
    prometheus_rules::{self, AlertRule},
};

/// A client of one Grafana; cheap to clone.
#[derive(Clone, Debug)]
pub struct Grafana {
    fetch: Fetch,
    base: String,
}

/// A query of a panel, as sent by Grafana's front end.
#[derive(Clone, Debug)]
pub struct DsQuery {
    /// The target from the dashboard's file, with variables replaced.
    pub target: Value,
    /// Start of the range, in Unix milliseconds.
    pub from: i64,
    /// End of the range, in Unix milliseconds.
    pub to: i64,
    /// The step, in milliseconds.
    pub interval_ms: u64,
    /// The panel's width in pixels.
    pub max_data_points: u32,
}

impl Grafana {
    /// `base` is its URL without a trailing slash.
    pub fn new(fetch: Fetch, base: &str) -> Self {
        Self { fetch, base: base.to_owned() }
    }

    /// Grafana's version.
    ///
    /// # Errors
    ///
    /// Returns an error if its health check fails.
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

    /// The message of a data source's health check.
    ///
    /// # Errors
    ///
    /// Returns an error unless the health is OK.
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
        struct Response {
            dashboard: Dashboard,
        }
        let url = format!("{}/api/dashboards/uid/{uid}", self.base);
        let Dashboard { title, panels } = self.fetch.get(&url).json::<Response>().await?.dashboard;
        Ok((title, panels.len()))
    }

    /// The number of rules that Grafana's alert list shows for a Prometheus data source.
    ///
    /// # Errors
    ///
    /// Returns an error if there are none.
    pub async fn data_source_rule_count(&self, uid: &str) -> Result<usize, FetchError> {
        let url = self.rules_url(uid);
        let response: Value = self.fetch.get(&url).json().await?;
        let groups = response["data"]["groups"].as_array().map_or(&[][..], Vec::as_slice);
        match groups.iter().filter_map(|group| group["rules"].as_array()).map(Vec::len).sum() {
            0 => Err(FetchError::Shape { url, reason: "no rules".into() }),
            count => Ok(count),
        }
    }

    /// The rules that Grafana itself evaluates, with their states.
    pub async fn managed_rules(&self) -> Result<Vec<AlertRule>, FetchError> {
        prometheus_rules::alert_rules(&self.fetch, &self.rules_url("grafana")).await
    }

    /// The pending and firing alerts of these rules.
    pub async fn alerts(&self) -> Result<Vec<Alert>, FetchError> {
        Ok(active(&self.managed_rules().await?))
    }

    /// The labels of the alerts in its built-in Alertmanager that are not resolved.
    pub async fn unresolved(&self) -> Result<Vec<Labels>, FetchError> {
        Alertmanager::new(self.fetch.clone(), &format!("{}/api/alertmanager/grafana", self.base))
            .unresolved()
            .await
    }

    fn rules_url(&self, source: &str) -> String {
        format!("{}/api/prometheus/{source}/api/v1/rules", self.base)
    }

    /// Queries a data source through Grafana; returns the values of each series, oldest first.
    pub async fn query(&self, query: &DsQuery) -> Result<Vec<Vec<f64>>, FetchError> {
        let url = format!("{}/api/ds/query", self.base);
        let mut target = query.target.clone();
        let ref_id = target["refId"].as_str().unwrap_or("A").to_owned();
        target["refId"] = json!(ref_id);
        target["intervalMs"] = json!(query.interval_ms);
        target["maxDataPoints"] = json!(query.max_data_points);
        let body = json!({
            "queries": [target], "from": query.from.to_string(), "to": query.to.to_string()});
        let response: Value = self.fetch.post(&url).body(&body).json().await?;
        let result = &response["results"][&ref_id];
        if let Some(error) = result["error"].as_str() {
            return Err(FetchError::Shape { url, reason: error.to_owned() });
        }
        let frames = result["frames"].as_array();
        let frames = frames.ok_or_else(|| FetchError::Shape { url, reason: "no frames".into() })?;
        Ok(frames.iter().flat_map(number_fields).collect())
    }
}

/// The alerts of the rules that are pending or firing.
fn active(rules: &[AlertRule]) -> Vec<Alert> {
    let active = rules.iter().filter(|rule| rule.state != AlertState::Inactive);
    let alert = |rule: &AlertRule| Alert {
        labels: [("alertname".to_owned(), rule.name.clone())].into(),
        state: rule.state,
        keep_firing_since: None,
    };
    active.map(alert).collect()
}

/// The numeric columns of a data frame. Grafana encodes NaN and infinities as `null`, and lists their rows in `entities`.
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
    fn pending_and_firing_rules_have_an_alert() {
        let rule = |name: &str, state: &str| {
            serde_json::from_value(json!({"name": name, "state": state, "alerts": []})).unwrap()
        };
        let alerts = active(&[rule("A", "inactive"), rule("B", "pending"), rule("C", "firing")]);
        let names: Vec<_> = alerts.iter().map(|alert| (alert.name(), alert.state)).collect();
        assert_eq!(names, [("B", AlertState::Pending), ("C", AlertState::Firing)]);
    }

    #[test]
    fn numeric_columns_of_a_frame_include_nan_and_infinities() {
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
