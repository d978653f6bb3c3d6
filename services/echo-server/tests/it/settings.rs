//! Settings that cannot be.

use tokio::net::TcpListener;

use crate::support::program::command;

/// What the program says to stderr before it fails.
async fn failure_message(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    testkit::failure_message(command(variables).args(arguments)).await
}

#[tokio::test]
async fn a_wrong_setting_ends_the_program_with_its_name_what_was_given_and_what_is_expected() {
    let port = "invalid value '70000' for '--grpc-server-port <PORT>': expected a port, 0 to 65535";
    let grace =
        "invalid value 'soon' for '--shutdown-grace <DURATION>': expected a duration, such as 5s or 500ms";
    let sampler = "OTEL_TRACES_SAMPLER: got \"often\", expected always_on, ";
    for (variables, arguments, expected) in [
        (&[("GRPC_SERVER_PORT", "70000")][..], &[][..], port),
        (&[], &["--grpc-server-port", "70000"], port),
        (&[("SHUTDOWN_GRACE", "soon")], &[], grace),
        (&[("OTEL_TRACES_SAMPLER", "often")], &[], sampler),
        (&[], &["--nope"], "unexpected argument '--nope' found"),
    ] {
        let said = failure_message(variables, arguments).await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence() {
    let taken = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let said = failure_message(&[("GRPC_SERVER_PORT", &port), ("RUST_BACKTRACE", "1")], &[]).await;
    let expected = format!("error: --grpc-server-port: cannot listen on port {port}: Address already in use");
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[tokio::test]
async fn healthcheck_fails_where_no_server_is() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = free.local_addr().expect("bound").port().to_string();
    drop(free);
    let said = failure_message(&[("GRPC_SERVER_PORT", &port)], &["healthcheck"]).await;
    assert!(said.contains(&format!("no response from 127.0.0.1:{port}")), "{said}");
}
