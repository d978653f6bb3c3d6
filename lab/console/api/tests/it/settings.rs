//! Wrong settings end the program with a sentence.

use testkit::{command, failure_message};

#[tokio::test]
async fn a_wrong_setting_is_named_with_what_was_given_and_expected() {
    for (variable, value, flag, expected) in [
        ("CONSOLE_PORT", "http", "--console-port", "0 to 65535"),
        ("CONSOLE_HOSTS", "http://127.0.0.1:8000", "--console-hosts", "such as 127.0.0.1:8000"),
        ("CONSOLE_HOSTS", "localhost:8000,", "--console-hosts", "such as 127.0.0.1:8000"),
        ("CONSOLE_HOSTS", "me@localhost", "--console-hosts", "such as 127.0.0.1:8000"),
        ("GRAFANA_URL", "127.0.0.1:3000", "--grafana-url", "such as http://"),
        ("SHUTDOWN_GRACE", "soon", "--shutdown-grace", "such as 5s"),
    ] {
        let said = failure_message(&mut command(env!("CARGO_BIN_EXE_console"), &[(variable, value)])).await;
        assert!([flag, expected].iter().all(|part| said.contains(part)), "{variable}={value}: {said}");
    }
}
