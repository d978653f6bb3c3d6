use std::time::Duration;

use super::*;
use crate::proxy_protocol::Version;

const VALID: &str = r#"
[defaults]
max_connections = 7
backend_connection_timeout = "3s"

[servers.hello]
bind = ":3100"
protocol = "tcp"
balance = "leastconn"
client_idle_timeout = "10m"
backend_idle_timeout = "1m30s"

[servers.hello.proxy_protocol]
version = "2"

[servers.hello.discovery]
kind = "static"
static_list = ["a:80 weight=2", "b:80"]

[servers.hello.healthcheck]
kind = "probe"
probe_protocol = "http"
probe_path = "/healthz"
interval = "1s"
fails = 2
"#;

#[test]
fn parses_a_valid_file_and_applies_defaults() {
    let file = File::parse(VALID).expect("valid");
    let server = &file.servers["hello"];
    assert_eq!(server.bind.address(), "0.0.0.0:3100");
    assert_eq!(server.max_connections(), 7);
    assert_eq!(server.idle_timeout(), Some(Duration::from_secs(90)));
    assert_eq!(server.connection_timeout(), Some(Duration::from_secs(3)));
    assert_eq!(server.proxy_protocol, Some(ProxyProtocol { version: Version::V2 }));
    assert_eq!(server.healthcheck.check, Check::Http { path: "/healthz".into() });
    assert_eq!((server.healthcheck.fails, server.healthcheck.passes), (2, 1));
    let Source::Static(list) = &server.discovery.source else { panic!("{:?}", server.discovery) };
    assert_eq!(list[0].options.weight, 2);
}

#[test]
fn round_trips_through_json() {
    let file = File::parse(VALID).expect("valid");
    let json = serde_json::to_string(&file).expect("JSON");
    assert_eq!(serde_json::from_str::<File>(&json).expect("valid"), file);
}

/// Number of the first line of `VALID` that begins with `prefix`, from 1.
#[track_caller]
fn line_of(prefix: &str) -> usize {
    VALID.lines().position(|line| line.starts_with(prefix)).expect("no such line") + 1
}

/// The error for `VALID` with `replacement` in place of the first line that begins with `prefix`.
#[track_caller]
fn error_for(prefix: &str, replacement: &str) -> ParseError {
    let mut lines: Vec<_> = VALID.lines().collect();
    lines[line_of(prefix) - 1] = replacement;
    File::parse(&lines.join("\n")).expect_err(replacement)
}

#[test]
fn an_invalid_key_or_value_is_reported_with_its_line() {
    for (prefix, replacement, message) in [
        ("max_connections", "max_conections = 7", "max_conections"),
        ("max_connections", "max_connections = -7", "-7"),
        ("backend_connection_timeout", "backend_connection_timeout = \"3\"", "expected a duration"),
        ("bind", "bind = \"3100\"", "`3100`: expected HOST:PORT"),
        ("bind", "bind = \"::1:80\"", "an IPv6 address in brackets"),
        ("bind", "bind = \"[::1:80\"", "an IPv6 address in brackets"),
        ("bind", "bind = \"[localhost]:80\"", "an IPv6 address in brackets"),
        ("bind", "bind = \"local host:80\"", "expected HOST:PORT"),
        ("bind", "bind = \":+80\"", "expected HOST:PORT"),
        ("bind", "bind = \":65536\"", "expected HOST:PORT"),
        ("bind", "bind = 3100", "expected a string"),
        ("protocol", "protocol = \"udp\"", "unknown variant `udp`"),
        ("balance", "balance = \"best\"", "unknown variant `best`"),
        ("client_idle_timeout", "client_idle = \"10m\"", "unknown field `client_idle`"),
        ("version", "version = \"3\"", "unknown variant `3`"),
        ("static_list", "static_list = [\"a:80 wait=2\"]", "`wait=2`"),
        ("interval", "interval = \"1 s\"", "expected a duration"),
        ("fails", "fails = -2", "-2"),
        ("[defaults]", "[default]", "unknown field `default`"),
        ("[defaults]", "[defaults", "unclosed table"),
    ] {
        let error = error_for(prefix, replacement);
        assert_eq!(error.line, line_of(prefix), "{replacement}: {error}");
        assert!(error.message.contains(message), "{replacement}: {error}");
    }
}

#[test]
fn keys_that_do_not_fit_together_are_reported_with_their_sections_line() {
    const DISCOVERY: &str = "[servers.hello.discovery]";
    const HEALTHCHECK: &str = "[servers.hello.healthcheck]";
    for (prefix, replacement, section, message) in [
        ("bind", "", "[servers.hello]", "missing field `bind`"),
        ("static_list", "", DISCOVERY, "needs `static_list`"),
        ("kind = \"static\"", "kind = \"srv\"", DISCOVERY, "`static_list` is for another kind"),
        ("static_list", "static_list = [\"a:80\", \"a:80\"]", DISCOVERY, "`a:80` is in"),
        ("kind = \"probe\"", "kind = \"ping\"", HEALTHCHECK, "`probe_protocol` is for `kind"),
        ("probe_protocol", "", HEALTHCHECK, "needs `probe_protocol`"),
        ("probe_protocol", "probe_protocol = \"tcp\"", HEALTHCHECK, "`probe_path` is for `probe_protocol"),
        ("probe_path", "probe_send = \"x\"", HEALTHCHECK, "`probe_send` is for `probe_protocol"),
        ("probe_path", "probe_path = \"x\"", HEALTHCHECK, "begin with /"),
        ("interval", "interval = \"0\"", HEALTHCHECK, "above 0"),
        ("fails", "fails = 0", HEALTHCHECK, "at least 1"),
    ] {
        let error = error_for(prefix, replacement);
        assert_eq!(error.line, line_of(section), "{replacement}: {error}");
        assert!(error.message.contains(message), "{replacement}: {error}");
    }
}

/// `VALID` with the limits `lines` in `[defaults]`.
fn with_defaults(lines: &str) -> Server {
    let text = VALID.replace("max_connections = 7", lines);
    File::parse(&text).expect("valid").servers.remove("hello").expect("the server")
}

#[test]
fn limits_that_are_not_set_have_nginxs_or_the_kernels_values() {
    let server = with_defaults("");
    let ten_seconds = Duration::from_secs(10);
    assert_eq!(server.ejection(), EjectionLimits { max_fails: 1, fail_timeout: ten_seconds });
    assert_eq!(server.relay_timeouts().half_close, Some(Duration::from_secs(60)));
    assert!(!server.abort_on_close());
    let lines = "max_fails = 0\nfail_timeout = \"1m\"\nhalf_close_timeout = \"0\"\nabort_on_close = true";
    let server = with_defaults(lines);
    assert_eq!(server.ejection(), EjectionLimits { max_fails: 0, fail_timeout: ten_seconds * 6 });
    assert_eq!(server.relay_timeouts().half_close, None);
    assert!(server.abort_on_close());
}

#[test]
fn a_server_whose_backends_could_never_become_healthy_is_rejected() {
    let (before, _) = VALID.split_once("[servers.hello.healthcheck]").expect("the section");
    let section = "[servers.hello.healthcheck]\nkind = \"none\"\ninitial_status = \"unhealthy\"\n";
    let error = File::parse(&format!("{before}{section}")).expect_err("no check");
    assert!(error.message.contains("would never become healthy"), "{error}");
}
