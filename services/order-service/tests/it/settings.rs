//! Invalid settings.

use testkit::failure_message;

use crate::support::program::command;

#[tokio::test]
async fn an_invalid_setting_is_reported_with_the_expectation() {
    for (variable, given, flag, expected) in [
        ("GRPC_SERVER_PORT", "70000", "--grpc-server-port", "expected a port, 0 to 65535"),
        ("METRICS_PORT", "x", "--metrics-port", "expected a port, 0 to 65535"),
        ("ADMIN_PORT", "-1", "--admin-port", "expected a port, 0 to 65535"),
        ("RETAIN_ORDERS", "0", "--retain-orders", "expected a number from 1"),
        ("PAID_AFTER", "soon", "--paid-after", "expected a duration, such as 5s or 500ms"),
        ("SHIPPED_AFTER", "3", "--shipped-after", "expected a duration, such as 5s or 500ms"),
        ("SHUTDOWN_GRACE", "", "--shutdown-grace", "expected a duration, such as 5s or 500ms"),
    ] {
        let message = failure_message(&mut command(&[(variable, given)])).await;
        assert!(message.contains(flag) && message.contains(expected), "{variable}: {message}");
    }
}

#[tokio::test]
async fn an_unusable_database_is_reported_in_one_sentence() {
    let message = failure_message(&mut command(&[
        ("GRPC_SERVER_PORT", "0"),
        ("METRICS_PORT", "0"),
        ("DATABASE", "/nowhere/orders.db"),
        ("RUST_BACKTRACE", "1"),
    ]))
    .await;
    assert!(message.starts_with("error: --database: cannot open /nowhere/orders.db: "), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
}
