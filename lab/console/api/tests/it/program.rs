//! Start and shutdown of the program, and errors in its settings.

use kit::shutdown::Drained;
use reqwest::Method;
use serde_json::json;
use testkit::{Program, command, eventually, failure_message};

use crate::dashboards::{Lab, data_request, panel};
use crate::support::TIMEOUT;

const BINARY: &str = env!("CARGO_BIN_EXE_console");

#[tokio::test]
async fn starts_without_files_or_lab_and_exits_on_sigterm() {
    let variables = [
        ("CONSOLE_PORT", "0"),
        ("CONSOLE_ASSETS", "/nowhere/web"),
        ("LAB_DASHBOARDS", "/nowhere/dashboards"),
        ("LAB_STATE", "/nowhere/state"),
    ];
    let mut program = Program::start(&mut command(BINARY, &variables));
    let log = program.logged("no web files: only the API is served").await;
    assert_eq!((&log["level"], &log["folder"]), (&"WARN".into(), &"/nowhere/web".into()));
    let log = program.logged("no dashboards").await;
    assert_eq!(log["folder"], "/nowhere/dashboards");

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = program.url("--console-port", "/api/lab").await;
    let lab = http.get(&url).header("host", "localhost:8000").send().await.unwrap();
    let lab: serde_json::Value = lab.json().await.unwrap();
    assert_eq!(lab["dashboards"], json!([]));

    let port = program.addr("--console-port").await.port().to_string();
    let health = command(BINARY, &[("CONSOLE_PORT", &port)]).arg("healthcheck").status().await.unwrap();
    assert!(health.success(), "{health}");
    let ended = program.terminate().await;
    assert!(ended.success(), "{ended}");
}

#[tokio::test]
async fn an_invalid_setting_is_reported_with_its_flag_and_the_expected_value() {
    for (variable, value, flag, expected) in [
        ("CONSOLE_PORT", "http", "--console-port", "0 to 65535"),
        ("CONSOLE_HOSTS", "http://127.0.0.1:8000", "--console-hosts", "such as 127.0.0.1:8000"),
        ("CONSOLE_HOSTS", "localhost:8000,", "--console-hosts", "such as 127.0.0.1:8000"),
        ("CONSOLE_HOSTS", "me@localhost", "--console-hosts", "such as 127.0.0.1:8000"),
        ("GRAFANA_URL", "127.0.0.1:3000", "--grafana-url", "such as http://"),
        ("SHUTDOWN_GRACE", "soon", "--shutdown-grace", "such as 5s"),
    ] {
        let message = failure_message(&mut command(BINARY, &[(variable, value)])).await;
        assert!([flag, expected].iter().all(|text| message.contains(text)), "{variable}={value}: {message}");
    }
}

#[tokio::test]
async fn shutdown_ends_waiting_panels() {
    let lab = Lab::with(&json!([panel(1, "stat", "hang")]), &json!([])).await;
    let request =
        lab.web.request(Method::POST, "/api/dashboards/tea/data").json(&data_request(&[1], &json!({})));
    let waiting = tokio::spawn(async move { request.send().await.unwrap().text().await });
    eventually(TIMEOUT, async || !lab.sources.requested("query").is_empty()).await;
    let drained = lab.web.running.stop().await.unwrap();
    assert!(matches!(drained, Drained::Completed(_)), "{drained:?}");
    assert_eq!(waiting.await.unwrap().unwrap(), "");
}
