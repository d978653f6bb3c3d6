//! A lab on one port: Prometheus, Envoy's runtime, the mailbox, and pages that answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use kit::shutdown::Drained;
use serde_json::{Value, json};
use testkit::Running;

/// What its parts answer, and what they were asked.
#[derive(Default)]
pub(super) struct Lab {
    /// Figures of the picture, by cell.
    pub(super) cells: Vec<(&'static str, f64)>,
    pub(super) targets: Vec<Value>,
    pub(super) rules: Vec<Value>,
    pub(super) mails: Vec<Value>,
    /// Grafana's own rules; without them it does not answer.
    pub(super) of_grafana: Option<Vec<Value>>,
    /// What any other query of Prometheus gives.
    pub(super) value: Option<f64>,
    /// Envoy's runtime.
    pub(super) runtime: BTreeMap<String, String>,
    /// Whether Prometheus answers an error.
    pub(super) prometheus_fails: bool,
    /// Method and path of each request.
    pub(super) asked: Vec<(Method, String)>,
    /// How many queries asked for the picture.
    pub(super) looks: usize,
    /// Lists of mails that were sent, not counting those that had not changed.
    pub(super) lists: usize,
}

pub(super) struct StandIn {
    running: Running<Drained>,
    pub(super) lab: Arc<Mutex<Lab>>,
}

impl StandIn {
    pub(super) async fn start() -> Self {
        let lab = Arc::new(Mutex::new(Lab::default()));
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&lab));
        let running = testkit::start(|listener, shutdown| {
            kit::server::serve(listener, routes, shutdown, Duration::ZERO)
        })
        .await;
        Self { running, lab }
    }

    pub(super) fn url(&self) -> String {
        self.running.url("")
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Lab)) {
        change(&mut self.lab.lock().unwrap());
    }

    pub(super) fn see<T>(&self, see: impl FnOnce(&Lab) -> T) -> T {
        see(&self.lab.lock().unwrap())
    }

    /// How often a path was asked.
    pub(super) fn count(&self, path: &str) -> usize {
        self.see(|lab| lab.asked.iter().filter(|(_, asked)| asked == path).count())
    }
}

async fn answer(State(lab): State<Arc<Mutex<Lab>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let mut lab = lab.lock().unwrap();
    let path = head.uri.path();
    lab.asked.push((head.method.clone(), path.to_owned()));
    if path.starts_with("/api/v1/") && lab.prometheus_fails {
        return (StatusCode::SERVICE_UNAVAILABLE, "starting up").into_response();
    }
    match path {
        "/api/v1/query" => query(&mut lab, &String::from_utf8_lossy(&body)),
        "/api/v1/targets" => data(&json!({"activeTargets": lab.targets})),
        "/api/v1/rules" => data(&json!({"groups": [{"rules": lab.rules}]})),
        "/api/prometheus/grafana/api/v1/rules" => match &lab.of_grafana {
            Some(rules) => data(&json!({"groups": [{"rules": rules}]})),
            None => StatusCode::BAD_GATEWAY.into_response(),
        },
        "/query" => Json(json!({"results": [{}]})).into_response(),
        "/runtime_modify" => {
            let pairs = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
            lab.runtime.extend(pairs.into_owned());
            "OK".into_response()
        }
        "/runtime" => {
            let entry = |(key, value)| (key, json!({"final_value": value}));
            let entries: BTreeMap<_, _> = lab.runtime.clone().into_iter().map(entry).collect();
            Json(json!({"entries": entries})).into_response()
        }
        "/email" => mails(&mut lab, &head.headers),
        _ => "ok".into_response(),
    }
}

fn query(lab: &mut Lab, form: &str) -> Response {
    let sample = |labels: Value, value: f64| json!({"metric": labels, "value": [1.0, value.to_string()]});
    let result: Vec<Value> = if form.contains("label_replace") {
        lab.looks += 1;
        lab.cells.iter().map(|(cell, value)| sample(json!({"cell": cell}), *value)).collect()
    } else {
        lab.value.map(|value| sample(json!({}), value)).into_iter().collect()
    };
    data(&json!({"resultType": "vector", "result": result}))
}

fn data(data: &Value) -> Response {
    Json(json!({"status": "success", "data": data})).into_response()
}

fn mails(lab: &mut Lab, headers: &HeaderMap) -> Response {
    let version = format!("\"{}\"", lab.mails.len());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == version.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    lab.lists += 1;
    ([(header::ETAG, version)], Json(lab.mails.clone())).into_response()
}

/// A mail that came now.
pub(super) fn mail(id: &str, subject: &str) -> Value {
    let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    json!({"id": id, "time": now, "subject": subject, "from": [{"address": "alertmanager@lookout.example"}],
        "to": [{"address": "oncall@lookout.example"}], "text": "EchoSlow is firing", "html": "<b>EchoSlow</b>"})
}

/// An alert rule whose condition has held for a moment, or does not hold.
pub(super) fn rule(name: &str, state: &str) -> Value {
    let now = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
    let alerts = if state == "inactive" {
        json!([])
    } else {
        json!([{"labels": {}, "state": state, "activeAt": now, "annotations": {"summary": "Echo calls are slow"}}])
    };
    json!({"name": name, "state": state, "type": "alerting", "duration": 0.001, "labels": {"tutorial": "echo"}, "alerts": alerts,
        "annotations": {"summary": "Echo calls are slow", "dashboard_url": "{{ $externalLabels.grafana }}/d/grpc-client?viewPanel=3"}})
}
