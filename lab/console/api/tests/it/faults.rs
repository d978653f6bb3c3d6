//! A fault that is thrown by click ends, whatever ends it, and the lab is held meanwhile.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use faults::lock::Lock;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Program, command, eventually};

use crate::lab::{Files, Web, problem_of};
use crate::stubs::Stubs;

/// Longer than the shortest fault.
const PATIENCE: Duration = Duration::from_secs(30);

async fn console(stubs: &Stubs) -> Web {
    Web::with(Files::new(), |config| {
        config.settings.envoy_admin.clone_from(&stubs.url);
        config.settings.edge.clone_from(&stubs.url);
        config.settings.prometheus.clone_from(&stubs.url);
    })
    .await
}

async fn throw(web: &Web, name: &str, seconds: u64) -> reqwest::Response {
    let request = web.change(Method::POST, &format!("/api/faults/{name}")).await;
    request.json(&json!({ "seconds": seconds })).send().await.unwrap()
}

async fn state(web: &Web, name: &str) -> Value {
    let all = web.json("/api/faults").await;
    all["faults"].as_array().unwrap().iter().find(|fault| fault["name"] == name).unwrap().clone()
}

fn holder(folder: &Path) -> Option<String> {
    Lock::holder(folder).unwrap()
}

#[tokio::test]
async fn it_is_taken_back_at_its_time_and_the_lab_is_held_until_its_alert_has_recovered() {
    let stubs = Stubs::start().await;
    let web = console(&stubs).await;
    let folder = web.files.path("state");
    stubs.inner.alerting.store(true, Relaxed);
    let thrown: Value = throw(&web, "errors", 10).await.json().await.unwrap();
    assert!(stubs.fails_calls());
    assert_eq!(thrown["until"].as_u64().unwrap() - thrown["since"].as_u64().unwrap(), 10_000);
    assert_eq!(holder(&folder).as_deref(), Some("the console (errors)"));
    let (status, problem) = problem_of(throw(&web, "errors", 10).await).await;
    assert_eq!((status, problem["detail"].as_str()), (409, Some("errors is on already")));

    eventually(PATIENCE, async || !stubs.fails_calls()).await;
    eventually(PATIENCE, async || state(&web, "errors").await["recovering"] == true).await;
    let answered = stubs.inner.answered.load(Relaxed);
    eventually(PATIENCE, async || stubs.inner.answered.load(Relaxed) > answered + 20).await;
    assert_eq!(holder(&folder).as_deref(), Some("the console (errors)"));
    stubs.inner.alerting.store(false, Relaxed);
    eventually(PATIENCE, async || holder(&folder).is_none()).await;
    let rest = state(&web, "errors").await;
    assert_eq!([&rest["on"], &rest["recovering"]], [false, false]);
    assert_eq!([&rest["until"], &rest["error"]], [&Value::Null, &Value::Null]);
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_click_takes_it_back_before_its_time_and_it_can_be_thrown_again() {
    let stubs = Stubs::start().await;
    let web = console(&stubs).await;
    stubs.inner.alerting.store(true, Relaxed);
    for _ in 0..2 {
        assert_eq!(throw(&web, "errors", 300).await.status(), 200);
        assert!(stubs.fails_calls());
        let back = web.change(Method::DELETE, "/api/faults/errors").await.send().await.unwrap();
        let back: Value = back.json().await.unwrap();
        assert_eq!(back["on"], false);
        assert!(!stubs.fails_calls());
    }
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn the_end_of_the_console_takes_it_back() {
    let stubs = Stubs::start().await;
    let web = console(&stubs).await;
    let folder = web.files.path("state");
    assert_eq!(throw(&web, "errors", 300).await.status(), 200);
    web.running.stop().await.unwrap();
    assert!(!stubs.fails_calls());
    assert_eq!(holder(&folder), None);
}

#[tokio::test]
async fn the_next_console_takes_back_what_a_killed_one_has_left() {
    let stubs = Stubs::start().await;
    let files = Files::new();
    let path = |folder: &str| files.path(folder).display().to_string();
    let (assets, state_folder) = (path("web"), path("state"));
    let variables = [
        ("CONSOLE_PORT", "0"),
        ("CONSOLE_HOSTS", "console.test"),
        ("CONSOLE_ASSETS", &*assets),
        ("LAB_STATE", &*state_folder),
        ("LAB_ENVOY_ADMIN", &*stubs.url),
        ("LAB_EDGE", &*stubs.url),
        ("LAB_PROMETHEUS", &*stubs.url),
    ];
    let start = || {
        let mut command = command(env!("CARGO_BIN_EXE_console"), &variables);
        Program::start(command.stderr(Stdio::null()))
    };
    let killed = start();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let at = |path: &'static str| killed.url("--console-port", path);
    let ask = |method: Method, url: String| http.request(method, url).header("host", "console.test");
    let page = ask(Method::GET, at("/").await).send().await.unwrap().text().await.unwrap();
    let token = page.split_once("console-token\" content=\"").unwrap().1.split('"').next().unwrap();
    let thrown = ask(Method::POST, at("/api/faults/errors").await).header("x-console-token", token);
    assert_eq!(thrown.send().await.unwrap().status(), 200);
    killed.kill().await;
    assert!(stubs.fails_calls());

    // Whoever has the lab now is not disturbed.
    let other = Lock::acquire(Path::new(&state_folder), "make alert FAULT=errors").unwrap();
    let next = start();
    next.logged("a fault that was left waits").await;
    assert!(stubs.fails_calls());
    drop(other);
    next.logged("took back a fault that a killed console has left").await;
    assert!(!stubs.fails_calls());
    eventually(PATIENCE, async || holder(Path::new(&state_folder)).is_none()).await;
    next.kill().await;
    let third = start();
    third.addr("--console-port").await;
    assert_eq!(third.log("took back a fault that a killed console has left").len(), 0);
    third.kill().await;
}

#[tokio::test]
async fn another_run_is_named_and_nothing_is_thrown() {
    let stubs = Stubs::start().await;
    let web = console(&stubs).await;
    let other = Lock::acquire(&web.files.path("state"), "make check").unwrap();
    let (status, problem) = problem_of(throw(&web, "errors", 10).await).await;
    assert_eq!(status, 409);
    assert!(problem["detail"].as_str().unwrap().contains("`make check` is running in this lab"), "{problem}");
    assert!(!stubs.fails_calls());
    eventually(PATIENCE, async || state(&web, "slow").await["held_by"] == "make check").await;
    drop(other);
    eventually(PATIENCE, async || state(&web, "slow").await["held_by"].is_null()).await;
    assert_eq!(throw(&web, "errors", 10).await.status(), 200);
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn what_takes_docker_names_its_command() {
    let web = Web::start().await;
    for name in ["down", "silent", "backend-down", "backends-down"] {
        for method in [Method::POST, Method::DELETE] {
            let asked = web.change(method, &format!("/api/faults/{name}")).await;
            let (status, problem) = problem_of(asked.send().await.unwrap()).await;
            assert_eq!(status, 409);
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.ends_with(&format!("make alert FAULT={name}")), "{detail}");
        }
        assert_eq!(state(&web, name).await["by"], "command");
    }
    let (status, problem) = problem_of(throw(&web, "errors", 301).await).await;
    assert_eq!((status, problem["detail"].as_str()), (400, Some("seconds: got 301, expected 10 to 300")));
    let (status, _) = problem_of(throw(&web, "nothing", 10).await).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_cannot_be_thrown_says_why_and_lets_go_of_the_lab() {
    let stubs = Stubs::start().await;
    let web = console(&stubs).await;
    // Calls fail to be broken, and to be mended: it is tried for half a minute.
    stubs.inner.stuck.store(true, Relaxed);
    let (refused, ()) = tokio::join!(throw(&web, "errors", 10), async {
        eventually(PATIENCE, async || stubs.inner.refused.load(Relaxed) > 1).await;
        assert_eq!(holder(&web.files.path("state")).as_deref(), Some("the console (errors)"));
        stubs.inner.stuck.store(false, Relaxed);
    });
    let (status, problem) = problem_of(refused).await;
    assert_eq!(status, 502);
    assert!(problem["detail"].as_str().unwrap().contains("cannot inject the fault"), "{problem}");
    eventually(PATIENCE, async || holder(&web.files.path("state")).is_none()).await;
    let rest = state(&web, "errors").await;
    assert_eq!(rest["on"], false);
    assert!(rest["error"].as_str().unwrap().contains("503"), "{rest}");
    web.running.stop().await.unwrap();
}

#[tokio::test]
async fn a_part_that_is_away_is_named_and_nothing_is_left_to_take_back() {
    let web = Web::start().await;
    let (status, problem) = problem_of(throw(&web, "errors", 10).await).await;
    assert_eq!(status, 502);
    assert!(problem["detail"].as_str().unwrap().contains("cannot be reached"), "{problem}");
    assert_eq!(holder(&web.files.path("state")), None);
    assert_eq!(state(&web, "errors").await["on"], false);
    assert!(!web.files.path("state/console-faults").exists());
}

#[tokio::test]
async fn a_fault_of_a_tutorial_that_was_not_started_is_listed_and_refused() {
    let web = Web::with(Files::new(), |config| {
        config.settings.tutorial = catalog::Selection::Echo;
    })
    .await;
    assert_eq!(state(&web, "order-slow").await["tutorial_started"], false);
    assert_eq!(state(&web, "errors").await["tutorial_started"], true);
    let (status, problem) = problem_of(throw(&web, "order-slow", 10).await).await;
    assert_eq!(status, 409);
    assert!(problem["detail"].as_str().unwrap().contains("was not started"), "{problem}");
}
