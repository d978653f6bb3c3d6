//! Dashboards from files to data.

mod board;
mod failures;
mod files;
mod hostile;
mod limits;
mod panels;

use std::collections::BTreeMap;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::lab::{Files, Web};
use crate::source::Source;

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

/// A panel with one query of Prometheus.
pub(crate) fn panel(id: u64, kind: &str, expr: &str) -> Value {
    json!({
        "id": id, "type": kind, "title": "Cups", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "targets": [{"refId": "A", "expr": expr, "instant": kind == "stat", "range": kind != "stat"}],
    })
}

/// A panel with one query of `InfluxDB`.
pub(crate) fn influx_panel(id: u64, query: &str) -> Value {
    json!({
        "id": id, "type": "timeseries", "title": "Cups", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "datasource": {"type": "influxdb", "uid": "influxdb"},
        "targets": [{"refId": "A", "query": query, "rawQuery": true, "resultFormat": "time_series"}],
    })
}

pub(crate) struct Lab {
    pub(crate) web: Web,
    pub(crate) source: Source,
}

impl Lab {
    pub(crate) async fn with(panels: &Value, variables: &Value) -> Self {
        Self::impatient(panels, variables, "5s").await
    }

    /// With another time-out for queries.
    pub(crate) async fn impatient(panels: &Value, variables: &Value, timeout: &str) -> Self {
        let source = Source::start().await;
        let files = Files::new().with("dashboards/echo/tea.json", dashboard(panels, variables));
        let web = Web::with(files, |config| {
            config.console_query_timeout = kit::settings::duration(timeout).unwrap();
            config.settings.prometheus = source.url();
            config.settings.influxdb = source.url();
            config.settings.jaeger = source.url();
        })
        .await;
        Self { web, source }
    }

    pub(crate) async fn post(&self, uid: &str, body: &Value) -> Response {
        let request = self.web.request(Method::POST, &format!("/api/dashboards/{uid}/data"));
        request.json(body).send().await.unwrap()
    }

    /// The lines of these panels, by id.
    pub(crate) async fn data(&self, ids: &[u64], variables: &Value) -> BTreeMap<u64, Value> {
        let response = self.post("tea", &wanted(ids, variables)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let text = response.text().await.unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let lines: BTreeMap<u64, Value> = lines.map(|line| (line["id"].as_u64().unwrap(), line)).collect();
        assert_eq!(lines.keys().copied().collect::<Vec<_>>(), ids, "a line each");
        lines
    }
}

/// Ten minutes of long ago, 600 pixels wide.
pub(crate) fn wanted(ids: &[u64], variables: &Value) -> Value {
    let panels: Vec<Value> = ids.iter().map(|id| json!({"id": id, "width": 600})).collect();
    json!({"from": "1000000000", "to": "1000600000", "variables": variables, "panels": panels})
}
