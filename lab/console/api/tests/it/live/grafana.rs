//! Grafana's rules: from Grafana, and evaluated by the console while Grafana is unavailable.

use kit::settings::base_url;
use serde_json::json;

use super::{Live, find};
use crate::support::Files;

const RULES: &str = r#"
apiVersion: 1
groups:
  - orgId: 1
    name: order
    folder: Alerts
    interval: 1s
    rules:
      - uid: order-slow
        title: OrderSlow
        condition: C
        for: 1s
        noDataState: OK
        labels: { tutorial: order }
        annotations: { summary: Orders are slow, dashboard_url: "http://127.0.0.1:3000/d/orders?viewPanel=2" }
        data:
          - { refId: A, datasourceUid: prometheus, relativeTimeRange: { from: 60, to: 0 }, model: { refId: A, expr: x, instant: true } }
          - refId: C
            datasourceUid: __expr__
            model: { refId: C, type: threshold, expression: A, conditions: [{ evaluator: { type: gt, params: [0.5] } }] }
"#;

#[tokio::test]
async fn the_console_evaluates_a_rule_of_grafana() {
    let live = Live::with(Files::new().with("alerting/order.yaml", RULES), |_| {}).await;
    let mut stream = live.listen().await;
    let inactive = stream.until("alerts", |alerts| !find(alerts, "name", "OrderSlow").is_null()).await;
    let alert = find(&inactive, "name", "OrderSlow");
    assert_eq!((&alert["owner"], &alert["state"]), (&"console".into(), &"inactive".into()));
    assert_eq!(
        (&alert["dashboard"], &alert["panel"], &alert["fault"]),
        (&"orders".into(), &2.into(), &"order-slow".into())
    );

    live.lab.change(|lab| lab.value = Some(0.7));
    let firing =
        stream.until("alerts", |alerts| find(alerts, "name", "OrderSlow")["state"] == "firing").await;
    let steps = find(&firing, "name", "OrderSlow")["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names, ["pending", "firing"]);
    let at = |step: usize| steps[step]["at"].as_i64().unwrap();
    assert!(at(1) - at(0) >= 1000, "fires after the hold period: {steps:?}");

    live.lab.change(|lab| lab.prometheus_fails = true);
    let unknown =
        stream.until("alerts", |alerts| find(alerts, "name", "OrderSlow")["error"].is_string()).await;
    let alert = find(&unknown, "name", "OrderSlow");
    assert_eq!(alert["state"], "firing", "the last known state");
    assert!(alert["error"].as_str().unwrap().contains("starting up"), "{alert}");
    live.lab.change(|lab| lab.prometheus_fails = false);
    stream.until("alerts", |alerts| find(alerts, "name", "OrderSlow")["error"].is_null()).await;

    live.lab.change(|lab| lab.value = Some(0.1));
    stream.until("alerts", |alerts| find(alerts, "name", "OrderSlow")["state"] == "inactive").await;
}

#[tokio::test]
async fn grafanas_state_is_used_while_it_is_available() {
    let live = Live::with(Files::new().with("alerting/order.yaml", RULES), |config| {
        config.links.grafana_url = Some(base_url("http://127.0.0.1:3000").unwrap());
        config.settings.grafana.clone_from(&config.settings.prometheus);
    })
    .await;
    // As in Grafana: one alert per series, with the reason of its state.
    live.lab.change(|lab| {
        lab.grafana_rules = Some(vec![json!({"state": "firing", "name": "OrderSlow", "duration": 10, "type": "alerting",
            "labels": {"tutorial": "order"}, "annotations": {"summary": "Orders are slow"}, "alerts": [
                {"labels": {}, "annotations": {}, "state": "Normal (MissingSeries)", "activeAt": "2020-01-01T00:00:00Z"},
                {"labels": {}, "annotations": {"summary": "Orders are slow"}, "state": "Alerting", "activeAt": "2020-01-02T00:00:00Z"}
            ]})]);
    });
    let mut stream = live.listen().await;
    let is = |owner: &'static str, state: &'static str| {
        move |alerts: &serde_json::Value| {
            let alert = find(alerts, "name", "OrderSlow");
            alert["owner"] == owner && alert["state"] == state
        }
    };
    let firing = stream.until("alerts", is("grafana", "firing")).await;
    assert_eq!(
        find(&firing, "name", "OrderSlow")["steps"][0],
        json!({"step": "pending", "at": 1_577_923_200_000_i64})
    );
    assert_eq!(
        find(&firing, "name", "OrderSlow")["steps"][1],
        json!({"step": "firing", "at": 1_577_923_210_000_i64})
    );
    live.lab.change(|lab| lab.grafana_rules = None);
    stream.until("alerts", is("console", "inactive")).await;
}
