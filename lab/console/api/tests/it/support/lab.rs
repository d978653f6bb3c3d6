//! A fake lab on one port: Prometheus, Grafana's rules, Envoy's runtime, the mailbox, and pages that respond.

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

/// The responses of its services, and the requests they received.
#[derive(Default)]
pub(crate) struct Lab {
    /// Figures of the topology by cell.
    pub(crate) cells: Vec<(&'static str, f64)>,
    pub(crate) targets: Vec<Value>,
    pub(crate) rules: Vec<Value>,
    pub(crate) mails: Vec<Value>,
    /// Grafana's rules; `None` makes it unavailable.
    pub(crate) grafana_rules: Option<Vec<Value>>,
    /// The result of any other Prometheus query.
    pub(crate) value: Option<f64>,
    /// Envoy's runtime.
    pub(crate) runtime: BTreeMap<String, String>,
    /// Whether Prometheus responds with an error.
    pub(crate) prometheus_fails: bool,
    /// Method and path of each request.
    pub(crate) requests: Vec<(Method, String)>,
    /// Number of topology queries.
    pub(crate) topology_queries: usize,
    /// Number of mail lists sent, without 304 responses.
    pub(crate) lists: usize,
}

pub(crate) struct FakeLab {
    running: Running<Drained>,
    pub(crate) lab: Arc<Mutex<Lab>>,
}

impl FakeLab {
    pub(crate) async fn start() -> Self {
        let lab = Arc::new(Mutex::new(Lab::default()));
        let routes = Router::new().fallback(respond).with_state(Arc::clone(&lab));
        let running = testkit::start(|listener, shutdown| {
            kit::server::serve(listener, routes, shutdown, Duration::ZERO)
        })
        .await;
        Self { running, lab }
    }

    pub(crate) fn url(&self) -> String {
        self.running.url("")
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Lab)) {
        change(&mut self.lab.lock().unwrap());
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&Lab) -> T) -> T {
        read(&self.lab.lock().unwrap())
    }

    /// Number of requests for this path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.read(|lab| lab.requests.iter().filter(|(_, requested)| requested == path).count())
    }
}

async fn respond(State(lab): State<Arc<Mutex<Lab>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let mut lab = lab.lock().unwrap();
    let path = head.uri.path();
    lab.requests.push((head.method.clone(), path.to_owned()));
    if path.starts_with("/api/v1/") && lab.prometheus_fails {
        return (StatusCode::SERVICE_UNAVAILABLE, "starting up").into_response();
    }
    match path {
        "/api/v1/query" => query(&mut lab, &String::from_utf8_lossy(&body)),
        "/api/v1/targets" => data(&json!({"activeTargets": lab.targets})),
        "/api/v1/rules" => data(&json!({"groups": [{"rules": lab.rules}]})),
        "/api/prometheus/grafana/api/v1/rules" => match &lab.grafana_rules {
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
        lab.topology_queries += 1;
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

/// A mail that arrives now.
pub(crate) fn mail(id: &str, subject: &str) -> Value {
    let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string();
    json!({"id": id, "time": now, "subject": subject, "from": [{"address": "alertmanager@lookout.example"}],
        "to": [{"address": "oncall@lookout.example"}], "text": "EchoSlow is firing", "html": "<b>EchoSlow</b>"})
}

/// An alert rule in this state; if active, since now.
pub(crate) fn rule(name: &str, state: &str) -> Value {
    let now = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
    let alerts = if state == "inactive" {
        json!([])
    } else {
        json!([{"labels": {}, "state": state, "activeAt": now, "annotations": {"summary": "Echo calls are slow"}}])
    };
    json!({"name": name, "state": state, "type": "alerting", "duration": 0.001, "labels": {"tutorial": "echo"}, "alerts": alerts,
        "annotations": {"summary": "Echo calls are slow", "dashboard_url": "{{ $externalLabels.grafana }}/d/grpc-client?viewPanel=3"}})
}
