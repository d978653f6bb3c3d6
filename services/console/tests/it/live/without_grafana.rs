//! Where Grafana is absent, its provisioned rules are judged here.

use super::{Live, of};
use crate::lab::Files;

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
async fn a_rule_of_grafanas_fires_by_the_consoles_own_judgement() {
    let live = Live::with(Files::new().with("alerting/order.yaml", RULES), |_| {}).await;
    let mut stream = live.listen().await;
    let rest = stream.until("alerts", |alerts| !of(alerts, "name", "OrderSlow").is_null()).await;
    let alert = of(&rest, "name", "OrderSlow");
    assert_eq!((&alert["owner"], &alert["state"]), (&"console".into(), &"inactive".into()));
    assert_eq!(
        (&alert["dashboard"], &alert["panel"], &alert["fault"]),
        (&"orders".into(), &2.into(), &"order-slow".into())
    );

    live.lab.change(|lab| lab.value = Some(0.7));
    let firing = stream.until("alerts", |alerts| of(alerts, "name", "OrderSlow")["state"] == "firing").await;
    let steps = of(&firing, "name", "OrderSlow")["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names, ["pending", "firing"]);
    let at = |step: usize| steps[step]["at"].as_i64().unwrap();
    assert!(at(1) - at(0) >= 1000, "held for as long as the rule says: {steps:?}");

    live.lab.change(|lab| lab.value = Some(0.1));
    stream.until("alerts", |alerts| of(alerts, "name", "OrderSlow")["state"] == "inactive").await;
}
