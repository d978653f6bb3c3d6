//! Settings that cannot be: one sentence, with the flag, what was given and what is expected.

use std::process::Output;

use tokio::net::TcpListener;
use tokio::process::Command;

/// How the program fails with these variables.
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
async fn a_wrong_variable_is_answered_as_its_flag_would_be() {
    for (variable, value, said) in [
        ("GRPC_CLIENT_PORT", "http", "'http' for '--grpc-client-port <PORT>': expected a port, 0 to 65535"),
        ("GRPC_SERVER_HOST", "http://x", "'http://x' for '--grpc-server-host <HOST>': expected the name"),
        ("GRPC_DEADLINE", "2", "'2' for '--grpc-deadline <DURATION>': expected a duration from 1ms to 1h"),
    ] {
        let (code, stderr) = fails(&[(variable, value)], &[]).await;
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.starts_with("error: invalid value ") && stderr.contains(said), "{stderr}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence() {
    let taken = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, stderr) = fails(&[], &["--grpc-client-port", &port]).await;
    assert_eq!(code, Some(1));
    let expected = format!("error: --grpc-client-port: cannot listen on port {port}: Address already in use");
    assert!(stderr.starts_with(&expected), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}
