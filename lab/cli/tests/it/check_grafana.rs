//! Claims of `lab check` on Grafana, with and without Grafana.

use axum::{
    Json, Router,
    extract::Path,
    routing::{get, post},
};
use clients::Clients;
use dashboards::model::Dashboard;

use lab::{
    check::grafana::claims,
    table::{Claim, Verdict},
};
use serde_json::{Value, json};
use testkit::listener;

use crate::support::clients_from;

/// A query result of Grafana: two times, 0.5 and `value`.
fn frame(value: &Value) -> Value {
    json!({"results": {"A": {"status": 200, "frames": [{
        "schema": {"fields": [{"name": "Time", "type": "time"}, {"name": "Value", "type": "number"}]},
        "data": {"values": [[1, 2], [0.5, value]]}}]}}})
}

async fn query(Json(body): Json<Value>) -> Json<Value> {
    let query = &body["queries"][0];
    // Grafana's backend replaces the intervals, but not the dashboard's variables.
    assert!(query["expr"].as_str().unwrap().contains("$__rate_interval"), "{body}");
    assert_eq!(
        (&query["datasource"]["uid"], &query["range"]),
        (&json!("prometheus"), &json!(true)),
        "{body}"
    );
    assert!(body["from"].as_str().unwrap() < body["to"].as_str().unwrap(), "{body}");
    let nan = query["expr"].as_str().unwrap().contains("nan_total");
    Json(frame(&if nan { Value::Null } else { json!(1.5) }))
}

async fn clients() -> Clients {
    let router = Router::new()
        .route("/api/health", get(|| async { Json(json!({"database": "ok", "version": "13.1.3"})) }))
        .route(
            "/api/datasources/uid/{uid}/health",
            get(|Path(uid): Path<String>| async move { Json(json!({"status": "OK", "message": uid})) }),
        )
        .route(
            "/api/dashboards/uid/{uid}",
            get(|Path(uid): Path<String>| async move {
                Json(json!({"dashboard": {"title": uid, "panels": [{}]}}))
            }),
        )
        .route("/api/ds/query", post(query));
    let listener = listener().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    clients_from(["lab", "--grafana", &url])
}

fn dashboard(metric: &str) -> Dashboard {
    let panel = json!({"id": 1, "type": "stat", "title": "P", "datasource": {"type": "prometheus", "uid": "prometheus"},
        "targets": [{"refId": "A", "expr": format!("rate({metric}[$__rate_interval])"), "range": true}]});
    let time = json!({"from": "now-5m", "to": "now"});
    serde_json::from_value(json!({"uid": "d", "title": "d", "time": time, "panels": [panel]})).unwrap()
}

fn verdicts(claims: &[Claim]) -> Vec<Verdict> {
    claims.iter().map(|claim| claim.verdict).collect()
}

#[tokio::test]
async fn a_healthy_grafana_with_data_proves_all_claims() {
    let claims = claims(&clients().await, true, &[dashboard("good_total")]).await;
    assert_eq!(verdicts(&claims), [Verdict::Proven; 4], "{claims:?}");
    assert_eq!(claims[0].evidence, "version 13.1.3");
}

#[tokio::test]
async fn a_panel_without_data_in_grafana_fails() {
    let claims = claims(&clients().await, true, &[dashboard("nan_total")]).await;
    assert_eq!(verdicts(&claims[..3]), [Verdict::Proven; 3], "{claims:?}");
    assert_eq!(claims[3].verdict, Verdict::Failed);
    assert!(claims[3].evidence.contains("d panel 1"), "{}", claims[3].evidence);
}

#[tokio::test]
async fn without_grafana_each_claim_is_not_provable() {
    let claims = claims(&clients().await, false, &[dashboard("good_total")]).await;
    assert_eq!(verdicts(&claims), [Verdict::NotProvable; 4], "{claims:?}");
}
