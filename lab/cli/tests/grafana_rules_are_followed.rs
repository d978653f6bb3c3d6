//! The rules that the lab gives Grafana: each is understood, belongs to a fault, and is judged by what its data source says.

use std::{collections::BTreeMap, path::PathBuf};

use axum::{
    Form, Json, Router,
    extract::Query,
    routing::{get, post},
};
use catalog::{Fault, RuleOwner, Selection};
use clap::Parser;
use clients::{Clients, settings::Settings};
use evaluate::grafana_rules::{
    self,
    condition::{Condition, Outcome},
    evaluate,
};
use serde_json::{Value, json};
use testkit::listener;

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

type Pairs = BTreeMap<String, String>;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../grafana/alerting/rules")
}

/// Prometheus, whose every value is 0.75.
async fn instant(Form(form): Form<Pairs>) -> Json<Value> {
    assert!(!form["query"].contains('$'), "{form:?}");
    let result = json!([{"metric": {}, "value": [1, "0.75"]}]);
    Json(json!({"status": "success", "data": {"resultType": "vector", "result": result}}))
}

/// `InfluxDB`, in which one hello server is slow.
async fn query(Query(query): Query<Pairs>) -> Json<Value> {
    assert!(query["q"].contains("time >= ") && !query["q"].contains('$'), "{query:?}");
    assert_eq!((query["db"].as_str(), query["epoch"].as_str()), ("metric", "ms"));
    let rows =
        json!([{"name": "response_time.timer", "columns": ["time", "max"], "values": [[1000, 1012.5]]}]);
    Json(json!({"results": [{"statement_id": 0, "series": rows}]}))
}

async fn parts() -> Clients {
    let router = Router::new().route("/api/v1/query", post(instant)).route("/query", get(query));
    let listener = listener().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    Clients::new(Flags::parse_from(["lab", "--prometheus", &url, "--influxdb", &url]).settings).unwrap()
}

async fn standing(title: &str) -> Outcome {
    let rule = grafana_rules::find(&folder(), title).unwrap();
    evaluate(&parts().await, &Condition::of(&rule).unwrap()).await.unwrap()
}

#[test]
fn every_rule_is_understood_and_names_the_panel_of_its_fault() {
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
async fn orders_are_judged_by_what_prometheus_says() {
    assert_eq!(standing("OrderSlow").await, Outcome::Firing(vec![0.75]));
    assert_eq!(standing("OrderFailures").await, Outcome::Firing(vec![0.75]));
}

#[tokio::test]
async fn the_hello_servers_are_judged_by_what_influxdb_says() {
    assert_eq!(standing("HelloSlow").await, Outcome::Firing(vec![1012.5]));
}
