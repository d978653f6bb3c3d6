//! A dashboard without its data, the list of dashboards, and changes of their files.

use serde_json::{Value, json};
use testkit::eventually;

use super::{Lab, dashboard as dashboard_file, panel};
use crate::support::{Console, Files, TIMEOUT};

fn variables() -> Value {
    let query = |name: &str, query: &str| {
        json!({"name": name, "label": "", "type": "query", "query": query, "multi": true, "includeAll": true, "allValue": ".*",
            "current": {"value": ["$__all"]}, "datasource": {"type": "prometheus", "uid": "prometheus"}})
    };
    json!([query("job", "label_values(up, job)"), query("method", "label_values(up{job=~\"$job\"}, method)")])
}

#[tokio::test]
async fn a_dashboard_has_its_variables_and_panels() {
    let lab = Lab::with(&json!([panel(1, "timeseries", "up"), panel(2, "stat", "up")]), &variables()).await;
    let dashboard = lab.web.json("/api/dashboards/tea").await;
    let field = |name: &str| dashboard[name].clone();
    assert_eq!((field("uid"), field("title"), field("folder")), (json!("tea"), json!("Tea"), json!("Echo")));
    assert_eq!((field("refresh"), field("refresh_options")), (json!("5s"), json!(["1s", "5s"])));
    assert_eq!(field("time"), json!({"from": "now-15m", "to": "now"}));
    let variables = dashboard["variables"].as_array().unwrap();
    assert_eq!(variables.len(), 2);
    assert_eq!((&variables[0]["name"], &variables[0]["label"]), (&json!("job"), &json!("job")));
    assert_eq!(variables[0]["options"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&variables[0]["current"], &variables[1]["current"]),
        (&json!(["$__all"]), &json!(["$__all"]))
    );
    let panels = dashboard["panels"].as_array().unwrap();
    let kinds: Vec<&str> = panels.iter().map(|panel| panel["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["timeseries", "stat"]);
}

#[tokio::test]
async fn a_selection_in_the_url_is_kept_and_used_by_later_variables() {
    let lab = Lab::with(&json!([panel(1, "timeseries", "up")]), &variables()).await;
    let dashboard =
        lab.web.json("/api/dashboards/tea?from=now-1h&to=now&var-job=a&var-job=b&var-method=gone").await;
    assert_eq!(dashboard["time"], json!({"from": "now-1h", "to": "now"}));
    assert_eq!(dashboard["variables"][0]["current"], json!(["a", "b"]));
    assert_eq!(
        dashboard["variables"][1]["current"],
        json!(["$__all"]),
        "an unknown value falls back to the default"
    );
    assert!(lab.sources.requested("match[]").contains(&r#"up{job=~"(a|b)"}"#.to_owned()));
}

#[tokio::test]
async fn a_dashboard_opens_without_its_data_source() {
    let panels = json!([panel(1, "timeseries", "up")]);
    let files = Files::new().with("dashboards/echo/tea.json", dashboard_file(&panels, &variables()));
    let web = Console::with(files, |_| {}).await;
    let dashboard = web.json("/api/dashboards/tea").await;
    assert_eq!(dashboard["variables"][0]["options"], json!([]));
    assert_eq!(dashboard["panels"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_invalid_time_is_named() {
    let lab = Lab::with(&json!([]), &json!([])).await;
    let (status, problem) = lab.web.problem("/api/dashboards/tea?from=yesterday&to=now").await;
    assert_eq!(status, 400);
    assert!(problem["detail"].as_str().unwrap().contains("yesterday"), "{problem}");
}

#[tokio::test]
async fn the_lab_lists_its_tutorials_links_and_dashboards() {
    let panels = json!([panel(1, "timeseries", "up"), {"id": 2, "type": "row", "title": "More", "panels": [panel(3, "stat", "up")]}]);
    let files = Files::new()
        .with("dashboards/echo/tea.json", dashboard_file(&panels, &json!([])))
        .with("docs/echo.md", "# Tea for two\n\nText.\n");
    let web = Console::with(files, |config| {
        config.settings.tutorial = catalog::Selection::Echo;
        config.links.prometheus_url = Some(kit::settings::base_url("http://127.0.0.1:9090/").unwrap());
        config.links.grafana_url = Some(kit::settings::base_url("http://127.0.0.1:3000").unwrap());
    })
    .await;
    let lab = web.json("/api/lab").await;
    assert_eq!((&lab["name"], &lab["tutorial"]), (&json!("lookout"), &json!("echo")));
    assert_eq!(lab["grafana"], Value::Null, "it is unavailable");
    assert_eq!(
        (&lab["links"]["prometheus"], &lab["links"]["jaeger"]),
        (&json!("http://127.0.0.1:9090/api/v1/targets"), &Value::Null)
    );
    let tutorials = lab["tutorials"].as_array().unwrap();
    assert_eq!(tutorials[0], json!({"number": 1, "id": "echo", "title": "Tea for two", "started": true}));
    assert_eq!(tutorials[4], json!({"number": 5, "id": "influx", "title": "influx", "started": false}));
    let expected =
        json!([{"uid": "tea", "title": "Tea", "folder": "Echo", "description": "Cups.", "panels": 2}]);
    assert_eq!(lab["dashboards"], expected);
}

#[tokio::test]
async fn a_changed_file_is_reread_and_a_broken_one_keeps_the_old_dashboards() {
    let lab = Lab::with(&json!([panel(1, "stat", "up")]), &json!([])).await;
    let title = async || lab.web.json("/api/dashboards/tea").await["title"].as_str().unwrap().to_owned();
    assert_eq!(title().await, "Tea");

    let coffee = dashboard_file(&json!([panel(1, "stat", "up")]), &json!([])).replace("Tea", "Coffee");
    lab.web.files.write("dashboards/echo/tea.json", coffee);
    eventually(TIMEOUT, async || title().await == "Coffee").await;

    lab.web.files.write("dashboards/echo/new.json", "{");
    lab.web.files.write("dashboards/sink/other.json", json!({"uid": "other", "title": "Other"}).to_string());
    eventually(TIMEOUT, async || lab.web.get("/api/dashboards/other").await.status() == 200).await;
    assert_eq!(title().await, "Coffee");
}

#[tokio::test]
async fn dashboards_of_a_tutorial_that_was_not_started_are_not_found() {
    let files = Files::new().with("dashboards/order/tea.json", dashboard_file(&json!([]), &json!([])));
    let web = Console::with(files, |config| {
        config.settings.tutorial = catalog::Selection::Echo;
    })
    .await;
    assert_eq!(web.problem("/api/dashboards/tea").await.0, 404);
}
