//! The steps of an alert's incident, from pending to the resolved mail.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Live, find};
use crate::support::{Files, TIMEOUT, mail, rule};

fn steps(alerts: &Value) -> Vec<&str> {
    let steps = find(alerts, "name", "EchoSlow")["steps"].as_array().unwrap();
    steps.iter().map(|step| step["step"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_incident_is_published_step_by_step() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "inactive")]);
    let mut stream = live.listen().await;
    let inactive =
        stream.until("alerts", |alerts| find(alerts, "name", "EchoSlow")["state"] == "inactive").await;
    let alert = find(&inactive, "name", "EchoSlow");
    assert_eq!((&alert["owner"], &alert["tutorial"]), (&"prometheus".into(), &"echo".into()));
    assert_eq!(
        (&alert["dashboard"], &alert["panel"], &alert["fault"]),
        (&"grpc-client".into(), &3.into(), &"slow".into())
    );
    assert!(steps(&inactive).is_empty());

    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "pending")]);
    let pending =
        stream.until("alerts", |alerts| find(alerts, "name", "EchoSlow")["state"] == "pending").await;
    assert_eq!(steps(&pending), ["pending"]);

    // As in Prometheus, it is the same alert, active since the same time.
    live.lab.change(|lab| {
        lab.rules[0]["state"] = "firing".into();
        lab.rules[0]["alerts"][0]["state"] = "firing".into();
        lab.mails.push(mail("1", "[FIRING] EchoSlow on web-client: Echo calls are slow"));
    });
    let mailed = stream.until("alerts", |alerts| steps(alerts).contains(&"mailed")).await;
    assert_eq!(find(&mailed, "name", "EchoSlow")["state"], "firing");
    assert_eq!(steps(&mailed), ["pending", "firing", "mailed"]);

    live.lab.change(|lab| {
        lab.rules = vec![rule("EchoSlow", "inactive")];
        lab.mails.push(mail("2", "[RESOLVED] EchoSlow on web-client: Echo calls are slow"));
    });
    let resolved = stream.until("alerts", |alerts| steps(alerts).contains(&"resolved_mail")).await;
    assert_eq!(steps(&resolved), ["pending", "firing", "mailed", "resolved", "resolved_mail"]);
}

#[tokio::test]
async fn an_alert_that_fires_at_the_start_is_dated_by_its_activation() {
    let live = Live::start().await;
    let mut old = rule("EchoSlow", "firing");
    old["alerts"][0]["activeAt"] = "2020-01-01T00:00:00Z".into();
    live.lab.change(|lab| lab.rules = vec![old]);
    let alerts = live
        .listen()
        .await
        .until("alerts", |alerts| find(alerts, "name", "EchoSlow")["state"] == "firing")
        .await;
    let steps = &find(&alerts, "name", "EchoSlow")["steps"];
    assert_eq!(steps[0]["step"], "pending");
    assert_eq!(steps[0]["at"], 1_577_836_800_000_i64);
}

#[tokio::test]
async fn alerts_keep_their_state_and_name_the_reason_while_prometheus_is_unavailable() {
    let live = Live::start().await;
    let is_known = |alerts: &Value| find(alerts, "name", "EchoSlow")["error"].is_null();
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "firing")]);
    let firing = |alerts: &Value| find(alerts, "name", "EchoSlow")["state"] == "firing";
    live.listen().await.until("alerts", |alerts| firing(alerts) && is_known(alerts)).await;
    live.lab.change(|lab| {
        lab.prometheus_fails = true;
        lab.rules = vec![rule("EchoSlow", "inactive")];
    });
    let polls = live.lab.count("/api/v1/rules");
    testkit::eventually(TIMEOUT, async || live.lab.count("/api/v1/rules") >= polls + 2).await;
    let unknown = live.listen().await.until("alerts", |alerts| firing(alerts) && !is_known(alerts)).await;
    let reason = "Prometheus answers 503: starting up";
    assert_eq!(find(&unknown, "name", "EchoSlow")["error"], reason);
    let failed = |sources: &Value| !find(sources, "title", "Prometheus")["error"].is_null();
    let sources = live.listen().await.until("sources", failed).await;
    let since = sources[0]["since"].as_i64();
    assert!(since.is_some());
    let polls = live.lab.count("/api/v1/rules");
    testkit::eventually(TIMEOUT, async || live.lab.count("/api/v1/rules") >= polls + 2).await;
    let later = live.listen().await.until("sources", failed).await;
    assert_eq!(later[0]["since"].as_i64(), since, "dated by the beginning of the outage");
    live.lab.change(|lab| lab.prometheus_fails = false);
    live.listen()
        .await
        .until("alerts", |alerts| is_known(alerts) && find(alerts, "name", "EchoSlow")["state"] == "inactive")
        .await;
    live.listen().await.until("sources", |sources| sources[0]["error"].is_null()).await;
}

#[tokio::test]
async fn the_source_of_alerts_is_reported_as_down_before_any_alert_is_known() {
    let live = Live::with(Files::new(), |config| {
        "http://127.0.0.1:9".clone_into(&mut config.settings.prometheus);
    })
    .await;
    let down = |sources: &Value| find(sources, "title", "Prometheus")["error"].is_string();
    let sources = live.listen().await.until("sources", down).await;
    assert!(sources[0]["error"].as_str().unwrap().starts_with("cannot be reached: "), "{sources}");
}

#[tokio::test]
async fn an_injected_fault_begins_the_incident_of_its_alert() {
    let live = Live::start().await;
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "inactive")]);
    let mut stream = live.listen().await;
    stream.until("alerts", |alerts| find(alerts, "name", "EchoSlow")["state"] == "inactive").await;
    let inject = live.web.change(Method::POST, "/api/faults/slow").await.json(&json!({"seconds": 60}));
    assert_eq!(inject.send().await.unwrap().status(), 200);
    let injected = stream.until("alerts", |alerts| !steps(alerts).is_empty()).await;
    assert_eq!(steps(&injected), ["fault"]);
    live.lab.change(|lab| lab.rules = vec![rule("EchoSlow", "firing")]);
    let firing = stream.until("alerts", |alerts| steps(alerts).contains(&"firing")).await;
    assert_eq!(steps(&firing), ["fault", "pending", "firing"]);
    let clear = live.web.change(Method::DELETE, "/api/faults/slow").await;
    assert_eq!(clear.send().await.unwrap().status(), 200);
    let cleared = stream.until("alerts", |alerts| steps(alerts).contains(&"back")).await;
    assert_eq!(steps(&cleared), ["fault", "pending", "firing", "back"]);
}
