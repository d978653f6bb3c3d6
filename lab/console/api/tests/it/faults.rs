//! A fault is always cleared, and the lab's lock is held until its alert has recovered.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{Console, Files, Services, problem_of};
use faults::lock::Lock;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Program, command, eventually};

/// Longer than the shortest fault.
const TIMEOUT: Duration = Duration::from_secs(30);

async fn console(services: &Services) -> Console {
    Console::with(Files::new(), |config| {
        config.settings.envoy_admin.clone_from(&services.url);
        config.settings.edge.clone_from(&services.url);
        config.settings.prometheus.clone_from(&services.url);
    })
    .await
}

async fn inject(web: &Console, name: &str, seconds: u64) -> reqwest::Response {
    let request = web.change(Method::POST, &format!("/api/faults/{name}")).await;
    request.json(&json!({ "seconds": seconds })).send().await.unwrap()
}

async fn state(web: &Console, name: &str) -> Value {
    let all = web.json("/api/faults").await;
    all["faults"].as_array().unwrap().iter().find(|fault| fault["name"] == name).unwrap().clone()
}

fn holder(folder: &Path) -> Option<String> {
    Lock::holder(folder).unwrap()
}

#[tokio::test]
async fn is_cleared_at_its_deadline_and_holds_the_lock_until_its_alert_has_recovered() {
    let services = Services::start().await;
    let web = console(&services).await;
    let folder = web.files.path("state");
    services.state.alerting.store(true, Relaxed);
    let injected: Value = inject(&web, "errors", 10).await.json().await.unwrap();
    assert!(services.fails_calls());
    assert_eq!(injected["until"].as_u64().unwrap() - injected["since"].as_u64().unwrap(), 10_000);
    assert_eq!(holder(&folder).as_deref(), Some("the console (errors)"));
    let (status, problem) = problem_of(inject(&web, "errors", 10).await).await;
    assert_eq!((status, problem["detail"].as_str()), (409, Some("errors is on already")));

    eventually(TIMEOUT, async || !services.fails_calls()).await;
    eventually(TIMEOUT, async || state(&web, "errors").await["recovering"] == true).await;
    let answered = services.state.answered.load(Relaxed);
    eventually(TIMEOUT, async || services.state.answered.load(Relaxed) > answered + 20).await;
    assert_eq!(holder(&folder).as_deref(), Some("the console (errors)"));
    services.state.alerting.store(false, Relaxed);
    eventually(TIMEOUT, async || holder(&folder).is_none()).await;
    let state = state(&web, "errors").await;
    assert_eq!([&state["on"], &state["recovering"]], [false, false]);
    assert_eq!([&state["until"], &state["error"]], [&Value::Null, &Value::Null]);
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn can_be_cleared_early_and_injected_again() {
    let services = Services::start().await;
    let web = console(&services).await;
    services.state.alerting.store(true, Relaxed);
    for _ in 0..2 {
        assert_eq!(inject(&web, "errors", 300).await.status(), 200);
        assert!(services.fails_calls());
        let cleared = web.change(Method::DELETE, "/api/faults/errors").await.send().await.unwrap();
        let cleared: Value = cleared.json().await.unwrap();
        assert_eq!(cleared["on"], false);
        assert!(!services.fails_calls());
    }
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn is_cleared_at_shutdown() {
    let services = Services::start().await;
    let web = console(&services).await;
    let folder = web.files.path("state");
    assert_eq!(inject(&web, "errors", 300).await.status(), 200);
    web.running.stop().await.unwrap();
    assert!(!services.fails_calls());
    assert_eq!(holder(&folder), None);
}

#[tokio::test]
async fn the_next_console_clears_the_faults_of_a_killed_one() {
    let services = Services::start().await;
    let files = Files::new();
    let path = |folder: &str| files.path(folder).display().to_string();
    let (assets, state_folder) = (path("web"), path("state"));
    let variables = [
        ("CONSOLE_PORT", "0"),
        ("CONSOLE_HOSTS", "console.test"),
        ("CONSOLE_ASSETS", &*assets),
        ("LAB_STATE", &*state_folder),
        ("LAB_ENVOY_ADMIN", &*services.url),
        ("LAB_EDGE", &*services.url),
        ("LAB_PROMETHEUS", &*services.url),
    ];
    let start = || {
        let mut command = command(env!("CARGO_BIN_EXE_console"), &variables);
        Program::start(command.stderr(Stdio::null()))
    };
    let killed = start();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let at = |path: &'static str| killed.url("--console-port", path);
    let request = |method: Method, url: String| http.request(method, url).header("host", "console.test");
    let page = request(Method::GET, at("/").await).send().await.unwrap().text().await.unwrap();
    let token = page.split_once("console-token\" content=\"").unwrap().1.split('"').next().unwrap();
    let injected = request(Method::POST, at("/api/faults/errors").await).header("x-console-token", token);
    assert_eq!(injected.send().await.unwrap().status(), 200);
    killed.kill().await;
    assert!(services.fails_calls());

    // The next console waits while another process holds the lock.
    let other = Lock::acquire(Path::new(&state_folder), "make alert FAULT=errors").unwrap();
    let next = start();
    next.logged("waiting to clear a leftover fault").await;
    assert!(services.fails_calls());
    drop(other);
    next.logged("cleared a leftover fault of a killed console").await;
    assert!(!services.fails_calls());
    eventually(TIMEOUT, async || holder(Path::new(&state_folder)).is_none()).await;
    next.kill().await;
    let third = start();
    third.addr("--console-port").await;
    assert_eq!(third.log("cleared a leftover fault of a killed console").len(), 0);
    third.kill().await;
}

#[tokio::test]
async fn a_foreign_lock_holder_is_named_and_prevents_injection() {
    let services = Services::start().await;
    let web = console(&services).await;
    let other = Lock::acquire(&web.files.path("state"), "make check").unwrap();
    let (status, problem) = problem_of(inject(&web, "errors", 10).await).await;
    assert_eq!(status, 409);
    assert!(problem["detail"].as_str().unwrap().contains("`make check` is running in this lab"), "{problem}");
    assert!(!services.fails_calls());
    eventually(TIMEOUT, async || state(&web, "slow").await["held_by"] == "make check").await;
    let since = state(&web, "slow").await["held_since"].as_u64().unwrap();
    let age = SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_millis(since)).unwrap();
    assert!(age < Duration::from_secs(3600), "{age:?}");
    drop(other);
    eventually(TIMEOUT, async || state(&web, "slow").await["held_by"].is_null()).await;
    assert!(state(&web, "slow").await["held_since"].is_null());
    assert_eq!(inject(&web, "errors", 10).await.status(), 200);
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_fault_that_needs_docker_names_its_command() {
    let web = Console::start().await;
    for name in ["down", "silent", "backend-down", "backends-down"] {
        for method in [Method::POST, Method::DELETE] {
            let request = web.change(method, &format!("/api/faults/{name}")).await;
            let (status, problem) = problem_of(request.send().await.unwrap()).await;
            assert_eq!(status, 409);
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.ends_with(&format!("make alert FAULT={name}")), "{detail}");
        }
        assert_eq!(state(&web, name).await["by"], "command");
    }
    let (status, problem) = problem_of(inject(&web, "errors", 301).await).await;
    assert_eq!((status, problem["detail"].as_str()), (400, Some("seconds: got 301, expected 10 to 300")));
    let (status, _) = problem_of(inject(&web, "nothing", 10).await).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_failed_injection_is_reported_and_releases_the_lock() {
    let services = Services::start().await;
    let web = console(&services).await;
    // Envoy refuses to inject the fault and to clear it; clearing is retried for 30 s.
    services.state.stuck.store(true, Relaxed);
    let (refused, ()) = tokio::join!(inject(&web, "errors", 10), async {
        eventually(TIMEOUT, async || services.state.refused.load(Relaxed) > 1).await;
        assert_eq!(holder(&web.files.path("state")).as_deref(), Some("the console (errors)"));
        services.state.stuck.store(false, Relaxed);
    });
    let (status, problem) = problem_of(refused).await;
    assert_eq!(status, 502);
    assert!(problem["detail"].as_str().unwrap().contains("cannot inject the fault"), "{problem}");
    eventually(TIMEOUT, async || holder(&web.files.path("state")).is_none()).await;
    let state = state(&web, "errors").await;
    assert_eq!(state["on"], false);
    assert!(state["error"].as_str().unwrap().contains("503"), "{state}");
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn an_unavailable_service_is_named_and_leaves_no_fault() {
    let web = Console::start().await;
    let (status, problem) = problem_of(inject(&web, "errors", 10).await).await;
    assert_eq!(status, 502);
    assert!(problem["detail"].as_str().unwrap().contains("cannot be reached"), "{problem}");
    assert_eq!(holder(&web.files.path("state")), None);
    assert_eq!(state(&web, "errors").await["on"], false);
    assert!(!web.files.path("state/console-faults").exists());
}

#[tokio::test]
async fn a_fault_of_a_tutorial_that_was_not_started_is_listed_and_refused() {
    let web = Console::with(Files::new(), |config| {
        config.settings.tutorial = catalog::Selection::Echo;
    })
    .await;
    assert_eq!(state(&web, "order-slow").await["tutorial_started"], false);
    assert_eq!(state(&web, "errors").await["tutorial_started"], true);
    let (status, problem) = problem_of(inject(&web, "order-slow", 10).await).await;
    assert_eq!(status, 409);
    assert!(problem["detail"].as_str().unwrap().contains("was not started"), "{problem}");
}
