//! The fake lab's services, all on one port.

use std::collections::BTreeMap;

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post, put},
};
use serde_json::{Value, json};

use super::Shared;

pub(super) fn router(inner: Shared) -> Router {
    let prometheus = |data: Value| async move { Json(json!({"status": "success", "data": data})) };
    let target =
        json!({"labels": {}, "scrapeUrl": "u", "lastError": "", "health": "up", "scrapeInterval": "1s"});
    Router::new()
        .route("/echo", get(|| async { "Response: echo traffic" }))
        .route("/runtime", get(runtime))
        .route("/runtime_modify", post(runtime_modify))
        .route("/api/v1/alerts", get(alerts))
        .route("/api/v1/query", post(instant))
        .route("/api/v1/query_range", post(errors))
        .route("/api/v1/targets", get(move || prometheus(json!({"activeTargets": [target]}))))
        .route(
            "/api/v1/status/flags",
            get(move || prometheus(json!({"web.external-url": "http://outside:9090"}))),
        )
        .route("/user/EchoErrorsHigh.md", get(|| async { "# EchoErrorsHigh" }))
        .route("/user/EchoSlow.md", get(|| async { "# EchoSlow" }))
        .route("/metrics", get(metrics))
        .route("/user/OrderSlow.md", get(|| async { "# OrderSlow" }))
        .route(
            "/orders",
            post(|| async { (StatusCode::CREATED, Json(json!({"id": "1", "customer": "traffic"}))) }),
        )
        .route("/faults", get(faults))
        .route("/faults/slow", put(slow).delete(fast))
        .route("/faults/read-only", put(read_only).delete(writable))
        .route("/api/prometheus/grafana/api/v1/rules", get(grafana_rules))
        .route("/api/alertmanager/grafana/api/v2/alerts", get(|| async { Json(json!([])) }))
        .route(
            "/api/dashboards/uid/{uid}",
            get(|| async { Json(json!({"dashboard": {"title": "A dashboard", "panels": []}})) }),
        )
        .route("/d/grpc-client", get(|| async { "a page" }))
        .route(
            "/api/dashboards/grpc-client",
            get(|| async {
                Json(json!({"title": "gRPC Client", "panels": [{"id": 2, "title": "Errors", "unknown": []}]}))
            }),
        )
        .route("/api/v2/alerts", get(|| async { Json(json!([])) }))
        .route("/email", get(email))
        .with_state(inner)
}

async fn runtime(State(inner): State<Shared>) -> Json<Value> {
    let runtime = inner.lock().unwrap().runtime.clone();
    let entries: BTreeMap<_, _> =
        runtime.into_iter().map(|(key, value)| (key, json!({"final_value": value}))).collect();
    Json(json!({"layers": ["admin"], "entries": entries}))
}

async fn runtime_modify(State(inner): State<Shared>, Query(pairs): Query<BTreeMap<String, String>>) {
    let mut inner = inner.lock().unwrap();
    for (key, value) in pairs {
        if value.is_empty() {
            inner.runtime.remove(&key);
        } else {
            inner.runtime.insert(key, value);
        }
    }
}

/// Prometheus' alerts: the echo's, while their faults are active.
async fn alerts(State(inner): State<Shared>) -> Json<Value> {
    let inner = inner.lock().unwrap();
    let of_echoes =
        inner.alerts().into_iter().filter(|(alert, is_active)| *is_active && alert.starts_with("Echo"));
    let firing = of_echoes.filter(|_| inner.alerting);
    let alerts: Vec<Value> =
        firing.map(|(alert, _)| json!({"labels": {"alertname": alert}, "state": "firing"})).collect();
    Json(json!({"status": "success", "data": {"alerts": alerts}}))
}

async fn grafana_rules(State(inner): State<Shared>) -> Json<Value> {
    let state = if inner.lock().unwrap().slow_ms > 0 { "firing" } else { "inactive" };
    let rules = json!([{"name": "OrderSlow", "state": state}]);
    Json(json!({"status": "success", "data": {"groups": [{"rules": rules}]}}))
}

async fn faults(State(inner): State<Shared>) -> Json<Value> {
    let inner = inner.lock().unwrap();
    Json(json!({"slow_ms": inner.slow_ms, "read_only": inner.read_only}))
}

async fn slow(State(inner): State<Shared>, Query(query): Query<BTreeMap<String, String>>) {
    inner.lock().unwrap().slow_ms = query["ms"].parse().unwrap();
}

async fn fast(State(inner): State<Shared>) {
    inner.lock().unwrap().slow_ms = 0;
}

async fn read_only(State(inner): State<Shared>) {
    inner.lock().unwrap().read_only = true;
}

async fn writable(State(inner): State<Shared>) {
    inner.lock().unwrap().read_only = false;
}

/// Load, and the series that the rule reads.
async fn instant(State(inner): State<Shared>, Form(form): Form<BTreeMap<String, String>>) -> Json<Value> {
    let query = &form["query"];
    let value = if query.contains("order_seconds") {
        if inner.lock().unwrap().slow_ms > 0 { "1.1" } else { "0.01" }
    } else if ["grpc_client_handled_total", "micro_request_total"].iter().any(|name| query.contains(name)) {
        "20"
    } else {
        return Json(json!({"status": "success", "data": {"resultType": "vector", "result": []}}));
    };
    let result = json!([{"metric": {}, "value": [1, value]}]);
    Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

/// The panel's series: 3 during a fault.
async fn errors(State(inner): State<Shared>, Form(form): Form<BTreeMap<String, String>>) -> Json<Value> {
    let end: f64 = form["end"].parse().unwrap();
    let value = if inner.lock().unwrap().fault_is_active() { "3" } else { "0" };
    let result = json!([{"metric": {}, "values": [[end, value]]}]);
    Json(json!({"status": "success", "data": {"resultType": "matrix", "result": result}}))
}

/// Alertmanager's metrics: the first request is before the mail of the active fault.
async fn metrics(State(inner): State<Shared>) -> String {
    let mut inner = inner.lock().unwrap();
    let (accepted, failed) = (inner.accepted, usize::from(inner.mails_fail) * inner.accepted);
    if inner.alerting && inner.fault_is_active() {
        inner.accepted += 1;
    }
    format!(
        "alertmanager_notification_requests_total{{integration=\"email\"}} {accepted}\n\
         alertmanager_notification_requests_failed_total{{integration=\"email\"}} {failed}\n"
    )
}

async fn email(State(inner): State<Shared>) -> Json<Value> {
    let mut inner = inner.lock().unwrap();
    inner.send_mails();
    let mail = |(id, subject): (usize, &String)| {
        let (alert, panel) = if subject.contains("OrderSlow") {
            ("OrderSlow", "orders?from=1&amp;viewPanel=2")
        } else if subject.contains("EchoSlow") {
            ("EchoSlow", "grpc-client?viewPanel=3")
        } else {
            ("EchoErrorsHigh", "grpc-client?viewPanel=2")
        };
        let links = format!("{alert}\nhttp://127.0.0.1:8000/d/{panel}\nhttp://outside:9090/user/{alert}.md");
        json!({"id": id.to_string(), "subject": subject, "html": format!("<p>{links}</p>"), "text": links,
            "from": [{"address": "alertmanager@lookout.example"}], "to": [{"address": "oncall@lookout.example"}]})
    };
    Json(inner.mails.iter().enumerate().map(mail).collect())
}
