//! Invalid settings.

use tokio::process::Command;

#[tokio::test]
async fn a_port_in_use_fails_with_one_sentence_that_names_the_flag() {
    let taken = testkit::listener().await;
    let address = taken.local_addr().unwrap();
    for (flag, other) in [("--otlp-port", "--query-port"), ("--query-port", "--otlp-port")] {
        let output = Command::new(env!("CARGO_BIN_EXE_jaeger-standin"))
            .env("RUST_BACKTRACE", "1")
            .args(["--listen-host", "127.0.0.1", flag, &address.port().to_string(), other, "0"])
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let expected = format!("error: {flag}: cannot listen on {address}: Address already in use");
        assert!(stderr.starts_with(&expected) && stderr.lines().count() == 1, "{stderr}");
        assert_eq!(output.status.code(), Some(1));
    }
}
