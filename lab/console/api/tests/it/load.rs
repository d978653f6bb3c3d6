//! The load's counts are those of whoever was asked.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;

use crate::lab::{Files, Web, problem_of};
use crate::stubs::Stubs;

const PATIENCE: Duration = Duration::from_secs(30);

async fn console(stubs: &Stubs) -> Web {
    Web::with(Files::new(), |config| {
        config.settings.edge.clone_from(&stubs.url);
        config.settings.balancer = stubs.address();
    })
    .await
}

async fn start(web: &Web, body: Value) -> reqwest::Response {
    web.change(Method::POST, "/api/load").await.json(&body).send().await.unwrap()
}

#[tokio::test]
async fn what_is_sent_and_what_fails_is_counted_exactly() {
    let stubs = Stubs::start().await;
    stubs.inner.failing.store(true, Relaxed);
    let web = console(&stubs).await;
    let begun: Value = start(&web, json!({"seconds": 5})).await.json().await.unwrap();
    assert_eq!(begun["running"], true);
    assert_eq!(begun["rate"], 40);
    assert_eq!(begun["streams"], json!(["echoes", "orders", "hellos"]));
    let (status, _) = problem_of(start(&web, json!({"seconds": 5})).await).await;
    assert_eq!(status, 409);
    let load = async || web.json("/api/faults").await["load"].clone();
    eventually(PATIENCE, async || load().await["running"] == false).await;
    let (load, answered) = (load().await, stubs.inner.answered.load(Relaxed));
    assert!(answered > 0);
    assert_eq!(load["sent"], answered);
    assert_eq!(load["failed"], answered.div_ceil(3));
    assert_eq!([&load["until"], &load["rate"]], [&Value::Null, &json!(0)]);
}

#[tokio::test]
async fn it_can_be_stopped_and_then_sends_no_more() {
    let stubs = Stubs::start().await;
    let web = console(&stubs).await;
    assert_eq!(start(&web, json!({"seconds": 120, "streams": ["hellos"]})).await.status(), 200);
    eventually(PATIENCE, async || stubs.inner.answered.load(Relaxed) > 3).await;
    let stopped = web.change(Method::DELETE, "/api/load").await.send().await.unwrap();
    let stopped: Value = stopped.json().await.unwrap();
    assert_eq!(stopped["running"], false);
    assert_eq!(stopped["sent"], stubs.inner.answered.load(Relaxed));
    assert_eq!(start(&web, json!({"seconds": 5, "streams": ["echoes"]})).await.status(), 200);
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_has_no_bounds_is_refused() {
    let web = Web::start().await;
    for (body, reason) in [
        (json!({"seconds": 121}), "expected 5 to 120"),
        (json!({"seconds": 4}), "expected 5 to 120"),
        (json!({"seconds": 5, "streams": ["slow hellos"]}), "there is no stream"),
    ] {
        let (status, problem) = problem_of(start(&web, body).await).await;
        assert_eq!(status, 400);
        assert!(problem["detail"].as_str().unwrap().contains(reason), "{problem}");
    }
}
