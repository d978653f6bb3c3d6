//! The real program: it starts without anything around it, says what is missing, and ends when it is told to.

use testkit::{Program, command};

const BINARY: &str = env!("CARGO_BIN_EXE_console");

#[tokio::test]
async fn it_starts_without_files_or_lab_and_ends_with_a_signal() {
    let variables = [
        ("CONSOLE_PORT", "0"),
        ("CONSOLE_ASSETS", "/nowhere/web"),
        ("LAB_DASHBOARDS", "/nowhere/dashboards"),
        ("LAB_STATE", "/nowhere/state"),
    ];
    let mut program = Program::start(&mut command(BINARY, &variables));
    let said = program.logged("no web files: there are no pages, only their API").await;
    assert_eq!((&said["level"], &said["folder"]), (&"WARN".into(), &"/nowhere/web".into()));
    let said = program.logged("no dashboards").await;
    assert_eq!(said["folder"], "/nowhere/dashboards");

    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = program.url("--console-port", "/api/lab").await;
    let lab = http.get(&url).header("host", "localhost:8000").send().await.unwrap();
    let lab: serde_json::Value = lab.json().await.unwrap();
    assert_eq!(lab["dashboards"], serde_json::json!([]));

    let port = program.addr("--console-port").await.port().to_string();
    let health = command(BINARY, &[("CONSOLE_PORT", &port)]).arg("healthcheck").status().await.unwrap();
    assert!(health.success(), "{health}");
    let ended = program.terminate().await;
    assert!(ended.success(), "{ended}");
}
