//! The provisioned rules of Grafana: each is supported, belongs to a fault, and is evaluated against its data source.

use std::{collections::BTreeMap, path::PathBuf};

use axum::{
    Form, Json, Router,
    extract::Query,
    routing::{get, post},
};
use catalog::{Fault, RuleOwner, Selection};
use clients::Clients;
use evaluate::grafana_rules::{
    self,
    condition::{Condition, Outcome},
    evaluate,
};
use serde_json::{Value, json};
use testkit::listener;

use crate::support::clients_from;

type Pairs = BTreeMap<String, String>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../grafana/alerting/rules")
}

/// A Prometheus that returns 0.75 for every query.
async fn instant(Form(form): Form<Pairs>) -> Json<Value> {
    assert!(!form["query"].contains('$'), "{form:?}");
    let result = json!([{"metric": {}, "value": [1, "0.75"]}]);
    Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

/// An `InfluxDB` with one slow hello server.
async fn query(Query(query): Query<Pairs>) -> Json<Value> {
    assert!(query["q"].contains("time >= ") && !query["q"].contains('$'), "{query:?}");
    assert_eq!((query["db"].as_str(), query["epoch"].as_str()), ("metric", "ms"));
    let rows =
        json!([{"name": "response_time.timer", "columns": ["time", "max"], "values": [[1000, 1012.5]]}]);
    Json(json!({"results": [{"statement_id": 0, "series": rows}]}))
}

async fn clients() -> Clients {
    let router = Router::new().route("/api/v1/query", post(instant)).route("/query", get(query));
    let listener = listener().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    clients_from(["lab", "--prometheus", &url, "--influxdb", &url])
}

async fn outcome(title: &str) -> Outcome {
    let rule = grafana_rules::find(&folder(), title).unwrap();
    evaluate(&clients().await, &Condition::of(&rule).unwrap()).await.unwrap()
}

#[test]
fn every_rule_is_supported_and_links_to_the_panel_of_its_fault() {
    let rules = grafana_rules::load(&folder()).unwrap();
    let mut titles: Vec<&str> = rules.iter().map(|rule| rule.title.as_str()).collect();
    titles.sort_unstable();
    assert_eq!(titles, Selection::All.grafana_alerts());
    for fault in Fault::ALL.into_iter().filter(|fault| fault.owner() == RuleOwner::Grafana) {
        let rule = rules.iter().find(|rule| rule.title == fault.alert()).unwrap();
        Condition::of(rule).unwrap_or_else(|unknown| panic!("{}: {unknown}", rule.title));
        assert_eq!((rule.dashboard_uid.as_str(), rule.panel_id), (fault.panel().0, Some(fault.panel().1)));
    }
}

#[tokio::test]
async fn order_rules_are_evaluated_against_prometheus() {
    assert_eq!(outcome("OrderSlow").await, Outcome::Firing(vec![0.75]));
    assert_eq!(outcome("OrderFailures").await, Outcome::Firing(vec![0.75]));
}

#[tokio::test]
async fn the_hello_rule_is_evaluated_against_influxdb() {
    assert_eq!(outcome("HelloSlow").await, Outcome::Firing(vec![1012.5]));
}
