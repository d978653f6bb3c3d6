//! Invalid settings.

use testkit::failure_message;

use crate::support::command;

#[tokio::test]
async fn an_invalid_setting_fails_with_its_flag_its_value_and_the_expected_form() {
    for (variable, value, expected) in [
        ("PORT", "70000", "'70000' for '--port <PORT>': expected a port, 0 to 65535"),
        ("INFLUX_URL", "influxdb:8086", "'--influx-url <URL>': expected an address such as http://"),
        ("INFLUX_RETENTION", "5m", "'5m' for '--influx-retention <DURATION>': expected 1h or more"),
        ("SHUTDOWN_GRACE", "soon", "'--shutdown-grace <DURATION>': expected a duration, such as 5s"),
        ("HOST_TAG", "a\\b", "error: --host-tag: tag: got \"a\\\\b\", expected a text without"),
    ] {
        let variables = [("PORT", "0"), ("INFLUX_URL", "http://127.0.0.1:1"), (variable, value)];
        let message = failure_message(&mut command(&variables)).await;
        assert!(message.contains(expected), "{message}");
    }
}
