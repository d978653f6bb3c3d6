//! Invalid settings.

use tokio::net::TcpListener;

use crate::support::program::command;

/// Runs the program, which fails, and returns its stderr.
async fn failure_message(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    testkit::failure_message(command(variables).args(arguments)).await
}

#[tokio::test]
async fn an_invalid_setting_fails_with_its_name_its_value_and_the_expected_form() {
    let port = "invalid value '70000' for '--grpc-server-port <PORT>': expected a port, 0 to 65535";
    let grace =
        "invalid value 'soon' for '--shutdown-grace <DURATION>': expected a duration, such as 5s or 500ms";
    let headers = "invalid value '0' for '--grpc-max-header-list-size <SIZE>': expected a size from 1 byte";
    let sampler = "OTEL_TRACES_SAMPLER: got \"often\", expected always_on, ";
    for (variables, arguments, expected) in [
        (&[("GRPC_SERVER_PORT", "70000")][..], &[][..], port),
        (&[], &["--grpc-server-port", "70000"], port),
        (&[("SHUTDOWN_GRACE", "soon")], &[], grace),
        (&[("GRPC_MAX_HEADER_LIST_SIZE", "0")], &[], headers),
        (&[("OTEL_TRACES_SAMPLER", "often")], &[], sampler),
        (&[], &["--nope"], "unexpected argument '--nope' found"),
    ] {
        let message = failure_message(variables, arguments).await;
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn a_port_in_use_fails_with_one_sentence() {
    let taken = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let message = failure_message(&[("GRPC_SERVER_PORT", &port), ("RUST_BACKTRACE", "1")], &[]).await;
    let expected = format!("error: --grpc-server-port: cannot listen on port {port}: Address already in use");
    assert!(message.starts_with(&expected), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[tokio::test]
async fn healthcheck_fails_without_a_server() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = free.local_addr().expect("bound").port().to_string();
    drop(free);
    let message = failure_message(&[("GRPC_SERVER_PORT", &port)], &["healthcheck"]).await;
    assert!(message.contains(&format!("no response from 127.0.0.1:{port}")), "{message}");
}
