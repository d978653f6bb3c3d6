//! Settings that cannot be.

use testkit::complaint;

use crate::support::command;

#[tokio::test]
async fn a_wrong_setting_ends_the_program_with_its_name_what_was_given_and_what_is_expected() {
    for (variable, value, expected) in [
        ("PORT", "70000", "'70000' for '--port <PORT>': expected a port, 0 to 65535"),
        ("INFLUX_URL", "influxdb:8086", "'--influx-url <URL>': expected an address such as http://"),
        ("INFLUX_RETENTION", "5m", "'5m' for '--influx-retention <DURATION>': expected 1h or more"),
        ("SHUTDOWN_GRACE", "soon", "'--shutdown-grace <DURATION>': expected a duration, such as 5s"),
        ("HOST_TAG", "a\\b", "error: --host-tag: tag: got \"a\\\\b\", expected a text without"),
    ] {
        let variables = [("PORT", "0"), ("INFLUX_URL", "http://127.0.0.1:1"), (variable, value)];
        let said = complaint(&mut command(&variables)).await;
        assert!(said.contains(expected), "{said}");
    }
}
