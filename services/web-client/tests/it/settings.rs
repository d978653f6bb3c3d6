//! Invalid settings: the program exits with one sentence that has the flag, the value and the expectation.

use std::process::Output;

use tokio::net::TcpListener;
use tokio::process::Command;

/// The program's exit code and stderr with these variables and arguments.
async fn fails(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = Command::new(env!("CARGO_BIN_EXE_web-client"))
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .envs(variables.iter().copied())
        .args(arguments)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn an_invalid_variable_is_reported_like_its_flag() {
    for (variable, value, expected_detail) in [
        ("GRPC_CLIENT_PORT", "http", "'http' for '--grpc-client-port <PORT>': expected a port, 0 to 65535"),
        ("GRPC_SERVER_HOST", "http://x", "'http://x' for '--grpc-server-host <HOST>': expected the name"),
        ("GRPC_DEADLINE", "2", "'2' for '--grpc-deadline <DURATION>': expected a duration from 1ms to 1h"),
    ] {
        let (code, stderr) = fails(&[(variable, value)], &[]).await;
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.starts_with("error: invalid value ") && stderr.contains(expected_detail), "{stderr}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_reported_in_one_sentence() {
    let taken = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, stderr) = fails(&[], &["--grpc-client-port", &port]).await;
    assert_eq!(code, Some(1));
    let expected = format!("error: --grpc-client-port: cannot listen on port {port}: Address already in use");
    assert!(stderr.starts_with(&expected), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}
