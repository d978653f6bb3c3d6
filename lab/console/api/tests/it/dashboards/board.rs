//! What a dashboard says of itself, and the lab of its dashboards.

use serde_json::{Value, json};

use super::{Lab, panel};
use crate::lab::{Files, Web};

fn variables() -> Value {
    let query = |name: &str, query: &str| {
        json!({"name": name, "label": "", "type": "query", "query": query, "multi": true, "includeAll": true, "allValue": ".*",
            "current": {"value": ["$__all"]}, "datasource": {"type": "prometheus", "uid": "prometheus"}})
    };
    json!([query("job", "label_values(up, job)"), query("method", "label_values(up{job=~\"$job\"}, method)")])
}

#[tokio::test]
async fn a_dashboard_comes_with_its_variables_and_panels() {
    let lab = Lab::with(&json!([panel(1, "timeseries", "up"), panel(2, "stat", "up")]), &variables()).await;
    let board = lab.web.json("/api/dashboards/tea").await;
    let field = |name: &str| board[name].clone();
    assert_eq!((field("uid"), field("title"), field("folder")), (json!("tea"), json!("Tea"), json!("echo")));
    assert_eq!((field("refresh"), field("refresh_options")), (json!("5s"), json!(["1s", "5s"])));
    assert_eq!(field("time"), json!({"from": "now-15m", "to": "now"}));
    let variables = board["variables"].as_array().unwrap();
    assert_eq!(variables.len(), 2);
    assert_eq!((&variables[0]["name"], &variables[0]["label"]), (&json!("job"), &json!("job")));
    assert_eq!(variables[0]["options"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&variables[0]["current"], &variables[1]["current"]),
        (&json!(["$__all"]), &json!(["$__all"]))
    );
    let panels = board["panels"].as_array().unwrap();
    let kinds: Vec<&str> = panels.iter().map(|panel| panel["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["timeseries", "stat"]);
}

#[tokio::test]
async fn a_choice_in_the_address_is_kept_and_used_by_the_variables_after_it() {
    let lab = Lab::with(&json!([panel(1, "timeseries", "up")]), &variables()).await;
    let board =
        lab.web.json("/api/dashboards/tea?from=now-1h&to=now&var-job=a&var-job=b&var-method=gone").await;
    assert_eq!(board["time"], json!({"from": "now-1h", "to": "now"}));
    assert_eq!(board["variables"][0]["current"], json!(["a", "b"]));
    assert_eq!(board["variables"][1]["current"], json!(["$__all"]), "what is gone falls back");
    assert!(lab.source.asked("match[]").contains(&r#"up{job=~"(a|b)"}"#.to_owned()));
}

#[tokio::test]
async fn a_dashboard_opens_though_its_data_source_is_down() {
    let panels = json!([panel(1, "timeseries", "up")]);
    let files = Files::new().with("dashboards/echo/tea.json", super::dashboard(&panels, &variables()));
    let web = Web::with(files, |_| {}).await;
    let board = web.json("/api/dashboards/tea").await;
    assert_eq!(board["variables"][0]["options"], json!([]));
    assert_eq!(board["panels"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_time_that_is_none_is_named() {
    let lab = Lab::with(&json!([]), &json!([])).await;
    let (status, problem) = lab.web.problem("/api/dashboards/tea?from=yesterday&to=now").await;
    assert_eq!(status, 400);
    assert!(problem["detail"].as_str().unwrap().contains("yesterday"), "{problem}");
}

#[tokio::test]
async fn the_lab_names_its_tutorials_its_links_and_its_dashboards() {
    let panels = json!([panel(1, "timeseries", "up"), {"id": 2, "type": "row", "title": "More", "panels": [panel(3, "stat", "up")]}]);
    let files = Files::new()
        .with("dashboards/echo/tea.json", super::dashboard(&panels, &json!([])))
        .with("docs/echo.md", "# Tea for two\n\nText.\n");
    let web = Web::with(files, |config| {
        config.settings.tutorial = catalog::Selection::Echo;
        config.links.prometheus_url = Some(kit::settings::base_url("http://127.0.0.1:9090/").unwrap());
        config.links.grafana_url = Some(kit::settings::base_url("http://127.0.0.1:3000").unwrap());
    })
    .await;
    let lab = web.json("/api/lab").await;
    assert_eq!((&lab["name"], &lab["tutorial"]), (&json!("lookout"), &json!("echo")));
    assert_eq!(lab["grafana"], Value::Null, "it does not answer");
    assert_eq!(
        (&lab["links"]["prometheus"], &lab["links"]["jaeger"]),
        (&json!("http://127.0.0.1:9090"), &Value::Null)
    );
    let tutorials = lab["tutorials"].as_array().unwrap();
    assert_eq!(tutorials[0], json!({"number": 1, "id": "echo", "title": "Tea for two", "started": true}));
    assert_eq!(tutorials[4], json!({"number": 5, "id": "influx", "title": "influx", "started": false}));
    let expected =
        json!([{"uid": "tea", "title": "Tea", "folder": "echo", "description": "Cups.", "panels": 2}]);
    assert_eq!(lab["dashboards"], expected);
}
