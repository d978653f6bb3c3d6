//! Settings that cannot be.

use testkit::failure_message;

use crate::support::program::command;

#[tokio::test]
async fn a_wrong_setting_is_named_with_what_is_expected() {
    for (variable, given, flag, expected) in [
        ("GRPC_SERVER_PORT", "70000", "--grpc-server-port", "expected a port, 0 to 65535"),
        ("METRICS_PORT", "x", "--metrics-port", "expected a port, 0 to 65535"),
        ("ADMIN_PORT", "-1", "--admin-port", "expected a port, 0 to 65535"),
        ("RETAIN_ORDERS", "0", "--retain-orders", "expected a number from 1"),
        ("PAID_AFTER", "soon", "--paid-after", "expected a duration, such as 5s or 500ms"),
        ("SHIPPED_AFTER", "3", "--shipped-after", "expected a duration, such as 5s or 500ms"),
        ("SHUTDOWN_GRACE", "", "--shutdown-grace", "expected a duration, such as 5s or 500ms"),
    ] {
        let said = failure_message(&mut command(&[(variable, given)])).await;
        assert!(said.contains(flag) && said.contains(expected), "{variable}: {said}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_is_one_sentence() {
    let said = failure_message(&mut command(&[
        ("GRPC_SERVER_PORT", "0"),
        ("METRICS_PORT", "0"),
        ("DATABASE", "/nowhere/orders.db"),
        ("RUST_BACKTRACE", "1"),
    ]))
    .await;
    assert!(said.starts_with("error: --database: cannot open /nowhere/orders.db: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
