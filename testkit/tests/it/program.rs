//! Programs as child processes.

use std::os::unix::process::ExitStatusExt;

use serde_json::json;
use testkit::{Program, command, failure_message};

fn start(script: &str) -> Program {
    Program::start(command("sh", &[("MESSAGE", "hello")]).args(["-c", script]))
}

#[tokio::test]
async fn addr_is_the_port_of_the_flag_at_localhost() {
    let program = start(
        r#"echo '{"message":"listening","server":"a","address":"127.0.0.1:1"}'
        echo '{"message":"listening","flag":"--port","address":"0.0.0.0:2"}'
        echo '{"message":"listening","flag":"--other-port","address":"[::]:3"}'
        exec sleep 600"#,
    );
    assert_eq!(program.addr("--port").await.to_string(), "127.0.0.1:2");
    assert_eq!(program.url("--other-port", "/metrics").await, "http://127.0.0.1:3/metrics");
}

#[tokio::test]
async fn terminate_returns_the_exit_status_and_reads_the_last_lines() {
    let mut program = start(
        r#"trap 'echo "{\"message\":\"$MESSAGE\",\"at\":2}"; exit 3' TERM
        echo "{\"message\":\"$MESSAGE\",\"at\":1}"
        while :; do sleep 0.01; done"#,
    );
    assert_eq!(program.logged("hello").await["at"], 1);
    let status = program.terminate().await;
    assert_eq!(status.code(), Some(3));
    let expected = [json!({ "message": "hello", "at": 1 }), json!({ "message": "hello", "at": 2 })];
    assert_eq!((program.log("hello"), program.lines()), (expected.to_vec(), expected.to_vec()));
}

#[tokio::test]
async fn an_incomplete_last_line_is_ignored() {
    let mut program = start(r#"printf '{"message":"whole"}\n{"message":"cu'; exec sleep 600"#);
    program.logged("whole").await;
    assert_eq!(program.terminate().await.signal(), Some(15));
    assert_eq!(program.lines(), [json!({ "message": "whole" })]);
}

#[tokio::test]
#[should_panic(expected = "each line is JSON")]
async fn a_line_that_is_not_json_fails_the_test() {
    let mut program = start("trap 'echo nonsense; exit' TERM; echo '{}'; while :; do sleep 0.01; done");
    program.line(serde_json::Value::is_object).await;
    program.terminate().await;
}

#[tokio::test]
async fn failure_message_is_stderr() {
    let mut command = command("sh", &[]);
    command.args(["-c", "echo out; echo wrong >&2; exit 1"]);
    assert_eq!(failure_message(&mut command).await, "wrong\n");
}
