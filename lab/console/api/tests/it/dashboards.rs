//! Dashboards, from their files to the data of their panels.

mod definition;
mod failures;
mod panels;
mod validation;

use std::collections::BTreeMap;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Console, DataSources, Files};

/// A dashboard with these panels and variables.
pub(crate) fn dashboard(panels: &Value, variables: &Value) -> String {
    json!({
        "uid": "tea", "title": "Tea", "description": "Cups.", "tags": ["lookout"], "refresh": "5s",
        "time": {"from": "now-15m", "to": "now"}, "timepicker": {"refresh_intervals": ["1s", "5s"]},
        "panels": panels, "templating": {"list": variables},
        "annotations": {"list": [{
            "name": "Firing alerts", "enable": true, "expr": "ALERTS", "step": "5s", "titleFormat": "{{job}}",
            "datasource": {"type": "prometheus", "uid": "prometheus"},
        }]},
    })
    .to_string()
}

/// A panel with one Prometheus query.
pub(crate) fn panel(id: u64, kind: &str, expr: &str) -> Value {
    json!({
        "id": id, "type": kind, "title": "Cups", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "targets": [{"refId": "A", "expr": expr, "instant": kind == "stat", "range": kind != "stat"}],
    })
}

/// A panel with one `InfluxDB` query.
pub(crate) fn influx_panel(id: u64, query: &str) -> Value {
    json!({
        "id": id, "type": "timeseries", "title": "Cups", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "influxdb", "uid": "influxdb"},
        "targets": [{"refId": "A", "query": query, "rawQuery": true, "resultFormat": "time_series"}],
    })
}

/// A console with the dashboard `tea`, and its data sources.
pub(crate) struct Lab {
    pub(crate) web: Console,
    pub(crate) sources: DataSources,
}

impl Lab {
    pub(crate) async fn with(panels: &Value, variables: &Value) -> Self {
        Self::with_timeout(panels, variables, "5s").await
    }

    /// With this query timeout.
    pub(crate) async fn with_timeout(panels: &Value, variables: &Value, timeout: &str) -> Self {
        let sources = DataSources::start().await;
        let files = Files::new().with("dashboards/echo/tea.json", dashboard(panels, variables));
        let web = Console::with(files, |config| {
            config.console_query_timeout = kit::settings::duration(timeout).unwrap();
            config.settings.prometheus = sources.url();
            config.settings.influxdb = sources.url();
            config.settings.jaeger = sources.url();
        })
        .await;
        Self { web, sources }
    }

    pub(crate) async fn post(&self, uid: &str, body: &Value) -> Response {
        let request = self.web.request(Method::POST, &format!("/api/dashboards/{uid}/data"));
        request.json(body).send().await.unwrap()
    }

    /// The lines of the response for these panels, by id.
    pub(crate) async fn data(&self, ids: &[u64], variables: &Value) -> BTreeMap<u64, Value> {
        let response = self.post("tea", &data_request(ids, variables)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let text = response.text().await.unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let lines: BTreeMap<u64, Value> = lines.map(|line| (line["id"].as_u64().unwrap(), line)).collect();
        assert_eq!(lines.keys().copied().collect::<Vec<_>>(), ids, "one line per panel");
        lines
    }
}

/// A request for ten minutes in 2001, with panels 600 pixels wide.
pub(crate) fn data_request(ids: &[u64], variables: &Value) -> Value {
    let panels: Vec<Value> = ids.iter().map(|id| json!({"id": id, "width": 600})).collect();
    json!({"from": "1000000000", "to": "1000600000", "variables": variables, "panels": panels})
}
