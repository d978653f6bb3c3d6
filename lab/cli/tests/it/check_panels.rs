//! Claims of `lab check` on panels: each needs a finite number.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::Query,
    routing::{get, post},
};
use dashboards::model::Dashboard;

use lab::{
    check::panels::Panels,
    table::{Claim, Verdict},
};
use serde_json::{Value, json};
use testkit::listener;

use crate::support::clients_from;

type Pairs = BTreeMap<String, String>;

/// A Prometheus whose result depends on the metric's name.
async fn query_range(Form(form): Form<Pairs>) -> Json<Value> {
    let end: f64 = form["end"].parse().unwrap();
    let values = match form["query"].split(['{', '[', '(', ')']).find(|word| word.ends_with("_total")) {
        Some("good_total") => json!([[1, "NaN"], [end, "0.5"]]),
        Some("nan_total") => json!([[1, "NaN"], [end, "NaN"]]),
        Some("infinite_total") => json!([[1, "1"], [end, "+Inf"]]),
        Some("ended_total") => json!([[end - 60.0, "0.5"]]),
        _ => return Json(json!({"status": "success", "data": {"resultType": "matrix", "result": []}})),
    };
    let result = json!([{"metric": {}, "values": values}]);
    Json(json!({"status": "success", "data": {"resultType": "matrix", "result": result}}))
}

/// The current metric names, none of `make load`.
async fn instant(Form(form): Form<Pairs>) -> Json<Value> {
    let names: &[&str] = if form["query"].contains("k6_") {
        &[]
    } else {
        &["good_total", "nan_total", "infinite_total", "empty_total"]
    };
    let series = |name: &&str| json!({"metric": {"__name__": name}, "value": [1, "1"]});
    let result: Vec<Value> = names.iter().map(series).collect();
    Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

async fn parse_query(Query(query): Query<Pairs>) -> Json<Value> {
    let name = query["query"].split(['{', '[', '(', ')']).find(|word| word.ends_with("_total"));
    Json(json!({"status": "success", "data": {"type": "vectorSelector", "name": name}}))
}

/// An `InfluxDB` whose measurement `good` has a bucket of 30 s that began 31 s ago, and `old` one from an hour ago.
async fn influxql(Query(query): Query<Pairs>) -> Json<Value> {
    let q = &query["q"];
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    assert!(q.contains("time >= ") && q.contains("GROUP BY time(30s)"), "{q}");
    let rows = |age: u64| json!([{"columns": ["time", "mean"], "values": [[now - age, 7], [now, null]]}]);
    let series = match q.split('"').nth(1) {
        Some("good") => rows(31_000),
        Some("old") => rows(3_600_000),
        _ => json!([]),
    };
    Json(json!({"results": [{"statement_id": 0, "series": series}]}))
}

async fn claims(targets: Value) -> Vec<Claim> {
    let data = |data: Value| async move { Json(json!({"status": "success", "data": data})) };
    let target = json!({"labels": {"job": "web-client"}, "scrapeUrl": "u", "lastError": "", "health": "up", "scrapeInterval": "1s"});
    let router = Router::new()
        .route("/api/v1/targets", get(move || data(json!({"activeTargets": [target]}))))
        .route("/api/v1/query", post(instant))
        .route("/api/v1/query_range", post(query_range))
        .route("/api/v1/parse_query", get(parse_query))
        .route("/query", get(influxql))
        .route("/stats/prometheus", get(|| async { "# TYPE envoy_a counter\nenvoy_a 1\n" }));
    let listener = listener().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());

    let clients = clients_from(["lab", "--prometheus", &url, "--envoy-admin", &url, "--influxdb", &url]);
    let source = json!({"type": "prometheus", "uid": "prometheus"});
    let panel =
        json!({"id": 7, "type": "timeseries", "title": "Panel", "datasource": source, "targets": targets});
    let dashboard =
        json!({"uid": "d", "title": "D", "time": {"from": "now-5m", "to": "now"}, "panels": [panel]});
    let dashboard: Dashboard = serde_json::from_value(dashboard).unwrap();
    Panels::new(&clients, false, Duration::ZERO).await.claims(&dashboard).await
}

async fn panel(expr: &str) -> Claim {
    let claims = claims(json!([{"refId": "A", "expr": expr}])).await;
    claims.into_iter().find(|claim| claim.claim == "d 7: Panel").unwrap()
}

#[tokio::test]
async fn a_panel_with_a_number_is_proven_with_its_last_value() {
    let claim = panel("rate(good_total[$__rate_interval])").await;
    assert_eq!(claim, Claim::proven("d 7: Panel", "1 series; newest 0.5"));
}

#[tokio::test]
async fn nan_infinity_and_missing_data_fail_with_the_query() {
    for (name, reason) in [
        ("nan_total", "no number (NaN)"),
        ("infinite_total", "an infinite value"),
        ("empty_total", "no data"),
    ] {
        let claim = panel(&format!("rate({name}[$__rate_interval])")).await;
        assert_eq!(claim.verdict, Verdict::Failed, "{name}");
        assert_eq!(claim.evidence, format!("{reason}, query A: rate({name}[4s])"));
    }
}

#[tokio::test]
async fn an_influxql_panel_is_queried_with_grafanas_macros() {
    let panel = |measurement: &str| {
        let query =
            format!("SELECT mean(x) FROM \"{measurement}\" WHERE $timeFilter GROUP BY time($__interval)");
        let source = json!({"type": "influxdb", "uid": "influxdb"});
        claims(
            json!([{"refId": "A", "datasource": source, "rawQuery": true, "query": query, "interval": "30s"}]),
        )
    };
    let of = |claims: Vec<Claim>| claims.into_iter().find(|claim| claim.claim == "d 7: Panel").unwrap();
    assert_eq!(of(panel("good").await), Claim::proven("d 7: Panel", "1 series; newest 7"));
    assert!(
        of(panel("old").await).evidence.starts_with("no current number, only older ones, query A: SELECT")
    );
    assert!(of(panel("none").await).evidence.starts_with("no data"));
}

#[tokio::test]
async fn an_unsupported_query_fails() {
    let claim = panel("rate(good_total{job=\"$nobody\"}[1m])").await;
    assert_eq!(claim, Claim::failed("d 7: Panel", "not supported: variable $nobody"));
}

#[tokio::test]
async fn a_metric_that_does_not_exist_fails_even_if_the_panel_draws_a_zero() {
    let claims = claims(json!([{"refId": "A", "expr": "sum(renamed_total) or vector(0)"}])).await;
    let names = claims.iter().find(|claim| claim.claim == "d: its metrics exist").unwrap();
    assert_eq!(*names, Claim::failed("d: its metrics exist", "no service exposes renamed_total"));
}

#[tokio::test]
async fn panels_of_make_load_are_not_provable_before_it_has_run() {
    let claim = panel("sum(k6_http_reqs_total)").await;
    assert_eq!(claim.verdict, Verdict::NotProvable);
    assert!(claim.evidence.contains("make load"), "{}", claim.evidence);
}
