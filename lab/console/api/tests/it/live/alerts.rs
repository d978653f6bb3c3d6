//! An alert's round, from pending to the mail that it is over.

use reqwest::Method;
use serde_json::{Value, json};

use super::stand_in::{mail, rule};
use super::{Live, of};

fn steps(alerts: &Value) -> Vec<&str> {
    let steps = of(alerts, "name", "EchoSlow")["steps"].as_array().unwrap();
    steps.iter().map(|step| step["step"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_round_is_told_step_by_step() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "inactive")]);
    let mut stream = live.listen().await;
    let rest = stream.until("alerts", |alerts| of(alerts, "name", "EchoSlow")["state"] == "inactive").await;
    let alert = of(&rest, "name", "EchoSlow");
    assert_eq!((&alert["owner"], &alert["tutorial"]), (&"prometheus".into(), &"echo".into()));
    assert_eq!(
        (&alert["dashboard"], &alert["panel"], &alert["fault"]),
        (&"grpc-client".into(), &3.into(), &"slow".into())
    );
    assert!(steps(&rest).is_empty());

    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "pending")]);
    let pending = stream.until("alerts", |alerts| of(alerts, "name", "EchoSlow")["state"] == "pending").await;
    assert_eq!(steps(&pending), ["pending"]);

    // As Prometheus does: the same alert, active since the same moment.
    live.lab.change(|lab| {
        lab.rules[0]["state"] = "firing".into();
        lab.rules[0]["alerts"][0]["state"] = "firing".into();
        lab.mails.push(mail("1", "[FIRING] EchoSlow on web-client: Echo calls are slow"));
    });
    let mailed = stream.until("alerts", |alerts| steps(alerts).contains(&"mailed")).await;
    assert_eq!(of(&mailed, "name", "EchoSlow")["state"], "firing");
    assert_eq!(steps(&mailed), ["pending", "firing", "mailed"]);

    live.lab.change(|lab| {
        lab.rules = vec![rule("EchoSlow", "inactive")];
        lab.mails.push(mail("2", "[RESOLVED] EchoSlow on web-client: Echo calls are slow"));
    });
    let over = stream.until("alerts", |alerts| steps(alerts).contains(&"resolved_mail")).await;
    assert_eq!(steps(&over), ["pending", "firing", "mailed", "resolved", "resolved_mail"]);
}

#[tokio::test]
async fn what_fires_when_the_console_starts_is_told_since_it_became_active() {
    let live = Live::start().await;
    let mut old = rule("EchoSlow", "firing");
    old["alerts"][0]["activeAt"] = "2020-01-01T00:00:00Z".into();
    live.lab.change(|lab| lab.rules = vec![old]);
    let alerts = live
        .listen()
        .await
        .until("alerts", |alerts| of(alerts, "name", "EchoSlow")["state"] == "firing")
        .await;
    let steps = &of(&alerts, "name", "EchoSlow")["steps"];
    assert_eq!(steps[0]["step"], "pending");
    assert_eq!(steps[0]["at"], 1_577_836_800_000_i64);
}

#[tokio::test]
async fn alerts_stand_as_before_while_prometheus_does_not_answer() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "firing")]);
    let firing = |alerts: &Value| of(alerts, "name", "EchoSlow")["state"] == "firing";
    live.listen().await.until("alerts", firing).await;
    live.lab.change(|lab| {
        lab.prometheus_fails = true;
        lab.rules = vec![rule("EchoSlow", "inactive")];
    });
    let asked = live.lab.count("/api/v1/rules");
    testkit::eventually(crate::lab::PATIENCE, async || live.lab.count("/api/v1/rules") >= asked + 2).await;
    live.listen().await.until("alerts", firing).await;
    live.lab.change(|lab| lab.prometheus_fails = false);
    live.listen().await.until("alerts", |alerts| of(alerts, "name", "EchoSlow")["state"] == "inactive").await;
}

#[tokio::test]
async fn a_fault_that_is_thrown_here_begins_the_round_of_its_alert() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "inactive")]);
    let mut stream = live.listen().await;
    stream.until("alerts", |alerts| of(alerts, "name", "EchoSlow")["state"] == "inactive").await;
    let throw = live.web.change(Method::POST, "/api/faults/slow").await.json(&json!({"seconds": 60}));
    assert_eq!(throw.send().await.unwrap().status(), 200);
    let thrown = stream.until("alerts", |alerts| !steps(alerts).is_empty()).await;
    assert_eq!(steps(&thrown), ["fault"]);
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "firing")]);
    let firing = stream.until("alerts", |alerts| steps(alerts).contains(&"firing")).await;
    assert_eq!(steps(&firing), ["fault", "pending", "firing"]);
    let back = live.web.change(Method::DELETE, "/api/faults/slow").await;
    assert_eq!(back.send().await.unwrap().status(), 200);
    let back = stream.until("alerts", |alerts| steps(alerts).contains(&"back")).await;
    assert_eq!(steps(&back), ["fault", "pending", "firing", "back"]);
}
