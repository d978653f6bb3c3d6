//! A load is bounded, and its counts equal those of the servers.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::support::{Console, Files, Services, problem_of};
use reqwest::Method;
use serde_json::{Value, json};
use testkit::eventually;

const TIMEOUT: Duration = Duration::from_secs(30);

async fn console(services: &Services) -> Console {
    Console::with(Files::new(), |config| {
        config.settings.edge.clone_from(&services.url);
        config.settings.balancer = services.address();
    })
    .await
}

async fn start(web: &Console, body: Value) -> reqwest::Response {
    web.change(Method::POST, "/api/load").await.json(&body).send().await.unwrap()
}

#[tokio::test]
async fn counts_exactly_what_is_sent_and_what_fails() {
    let services = Services::start().await;
    services.state.failing.store(true, Relaxed);
    let web = console(&services).await;
    let started: Value = start(&web, json!({"seconds": 5})).await.json().await.unwrap();
    assert_eq!(started["running"], true);
    assert_eq!(started["rate"], 40);
    assert_eq!(started["streams"], json!(["echoes", "orders", "hellos"]));
    let (status, _) = problem_of(start(&web, json!({"seconds": 5})).await).await;
    assert_eq!(status, 409);
    let load = async || web.json("/api/faults").await["load"].clone();
    eventually(TIMEOUT, async || load().await["running"] == false).await;
    let (load, answered) = (load().await, services.state.answered.load(Relaxed));
    assert!(answered > 0);
    assert_eq!(load["sent"], answered);
    assert_eq!(load["failed"], answered.div_ceil(3));
    assert_eq!([&load["until"], &load["rate"]], [&Value::Null, &json!(0)]);
}

#[tokio::test]
async fn sends_nothing_after_it_is_stopped() {
    let services = Services::start().await;
    let web = console(&services).await;
    assert_eq!(start(&web, json!({"seconds": 120, "streams": ["hellos"]})).await.status(), 200);
    eventually(TIMEOUT, async || services.state.answered.load(Relaxed) > 3).await;
    let stopped = web.change(Method::DELETE, "/api/load").await.send().await.unwrap();
    let stopped: Value = stopped.json().await.unwrap();
    assert_eq!(stopped["running"], false);
    assert_eq!(stopped["sent"], services.state.answered.load(Relaxed));
    assert_eq!(start(&web, json!({"seconds": 5, "streams": ["echoes"]})).await.status(), 200);
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn an_invalid_request_is_refused() {
    let web = Console::start().await;
    for (body, reason) in [
        (json!({"seconds": 121}), "expected 5 to 120"),
        (json!({"seconds": 4}), "expected 5 to 120"),
        (json!({"seconds": 5, "streams": ["slow hellos"]}), "unknown stream"),
    ] {
        let (status, problem) = problem_of(start(&web, body).await).await;
        assert_eq!(status, 400);
        assert!(problem["detail"].as_str().unwrap().contains(reason), "{problem}");
    }
}
