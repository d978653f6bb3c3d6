//! Invalid settings, and where secrets are not shown.

use testkit::failure_message;

use crate::support::command;

#[tokio::test]
async fn an_invalid_setting_fails_with_its_flag_its_value_and_the_expected_form() {
    for (variable, value, expected) in [
        ("PORT", "70000", "'70000' for '--port <PORT>': expected a port, 0 to 65535"),
        ("INFLUX_URL", "influxdb:8086", "'--influx-url <URL>': expected an address such as http://"),
        ("INFLUX_RETENTION", "5m", "'5m' for '--influx-retention <DURATION>': expected 1h or more"),
        ("INFLUX_RETENTION", "293y", "error: --influx-retention: destination: the retention is"),
        ("SHUTDOWN_GRACE", "soon", "'--shutdown-grace <DURATION>': expected a duration, such as 5s"),
        (
            "INFLUX_URL",
            "http://me:s3cret@influxdb/?db=other&p=s3cret",
            "'--influx-url <URL>': the address has the query ?db&p",
        ),
        (
            "INFLUX_URL",
            "me:s3cret@influxdb:8086",
            "invalid value '***@influxdb:8086' for '--influx-url <URL>': expected",
        ),
        ("INFLUX_PRECISION", "m", "'m' for '--influx-precision <UNIT>': expected ns, us, ms or s"),
        (
            "INFLUX_CONSISTENCY",
            "two",
            "'two' for '--influx-consistency <LEVEL>': expected any, one, quorum or all",
        ),
        (
            "INFLUX_MEASUREMENT",
            "#a",
            "error: --influx-measurement: measurement: got \"#a\", expected a text without",
        ),
        ("INFLUX_DB", "", "error: --influx-db: the name of the database is empty"),
        ("INFLUX_PASSWORD", "s3cret", "error: --influx-password needs --influx-user"),
        ("INFLUX_PASSWORD_FILE", "/nowhere", "error: --influx-password-file: cannot read /nowhere"),
        ("INFLUX_ORG", "org", "error: --influx-org needs --influx-token"),
        ("INFLUX_TOKEN", "s3cret\n", "error: --influx-token: the token contains a character"),
        ("HOST_TAG", "a\\", "error: --host-tag: tag: got \"a\\\\\", expected a text without"),
    ] {
        let variables = [("PORT", "0"), ("INFLUX_URL", "http://127.0.0.1:1"), (variable, value)];
        let message = failure_message(&mut command(&variables)).await;
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }
}

#[tokio::test]
async fn contradictory_credentials_are_refused() {
    let url = ("INFLUX_URL", "http://me:s3cret@127.0.0.1:1");
    for (variables, expected) in [
        (
            vec![url, ("INFLUX_USER", "me")],
            "error: credentials in --influx-url and by a setting of their own are both set",
        ),
        (
            vec![("INFLUX_TOKEN", "s3cret"), ("INFLUX_TOKEN_FILE", "/x")],
            "error: --influx-token and --influx-token-file are both",
        ),
        (
            vec![("INFLUX_USER", "me"), ("INFLUX_TOKEN", "s3cret")],
            "error: --influx-user and --influx-token are both set",
        ),
        (
            vec![("INFLUX_ORG", "o"), ("INFLUX_TOKEN", "s3cret"), ("INFLUX_RP", "week")],
            "InfluxDB 2.x has no retention policy",
        ),
    ] {
        let defaults = vec![("PORT", "0"), ("INFLUX_URL", "http://127.0.0.1:1")];
        let message = failure_message(&mut command(&[defaults, variables].concat())).await;
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
    }
}

#[tokio::test]
async fn the_help_shows_no_secrets() {
    let variables = [
        ("INFLUX_URL", "http://me:s3cret@influxdb"),
        ("INFLUX_PASSWORD", "s3cret"),
        ("INFLUX_TOKEN", "s3cret"),
    ];
    let output = command(&variables).arg("--help").output().await.expect("program runs");
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(help.contains("INFLUX_PASSWORD") && !help.contains("s3cret"), "{help}");
}
