use std::time::Duration;

use super::*;

const RIGHT: &str = r#"
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
fn a_right_file_is_understood() {
    let file = File::parse(RIGHT).expect("right");
    let server = &file.servers["hello"];
    assert_eq!(server.bind.address(), "0.0.0.0:3100");
    assert_eq!(server.max_connections(), 7);
    assert_eq!(server.idle_timeout(), Some(Duration::from_secs(90)));
    assert_eq!(server.connection_timeout(), Some(Duration::from_secs(3)));
    assert_eq!(server.proxy_protocol, Some(ProxyProtocol { version: ProxyVersion::V2 }));
    assert_eq!(server.healthcheck.check, Check::Http { path: "/healthz".into() });
    assert_eq!((server.healthcheck.fails, server.healthcheck.passes), (2, 1));
    let Source::Static(list) = &server.discovery.source else { panic!("{:?}", server.discovery) };
    assert_eq!(list[0].share.weight, 2);
}

#[test]
fn a_server_is_the_same_after_a_way_through_json() {
    let file = File::parse(RIGHT).expect("right");
    let json = serde_json::to_string(&file).expect("JSON");
    assert_eq!(serde_json::from_str::<File>(&json).expect("right"), file);
}

/// The mistake in a file that has `line` in place of the line that begins with `old`.
#[track_caller]
fn mistake(old: &str, new: &str) -> Mistake {
    let at = RIGHT.lines().position(|line| line.starts_with(old)).expect("there is such a line");
    let text: Vec<_> = RIGHT.lines().enumerate().map(|(n, line)| if n == at { new } else { line }).collect();
    File::parse(&text.join("\n")).expect_err(new)
}

#[test]
fn a_wrong_key_or_value_names_its_line() {
    for (old, new, part) in [
        ("max_connections", "max_conections = 7", "max_conections"),
        ("max_connections", "max_connections = -7", "-7"),
        ("backend_connection_timeout", "backend_connection_timeout = \"3\"", "expected a duration"),
        ("bind", "bind = \"3100\"", "`3100`: expected HOST:PORT"),
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
        let line = RIGHT.lines().position(|line| line.starts_with(old)).expect("there is such a line") + 1;
        let mistake = mistake(old, new);
        assert_eq!(mistake.line, line, "{new}: {mistake:?}");
        assert!(mistake.message.contains(part), "{new}: {mistake:?}");
    }
}

#[test]
fn what_does_not_fit_together_names_the_section() {
    for (old, new, section, part) in [
        ("bind", "", "[servers.hello]", "missing field `bind`"),
        ("static_list", "", "[servers.hello.discovery]", "needs `static_list`"),
        (
            "kind = \"static\"",
            "kind = \"srv\"",
            "[servers.hello.discovery]",
            "`static_list` is for another kind",
        ),
        ("static_list", "static_list = [\"a:80\", \"a:80\"]", "[servers.hello.discovery]", "`a:80` is in"),
        ("kind = \"probe\"", "kind = \"ping\"", "[servers.hello.healthcheck]", "`probe_protocol` is for"),
        ("probe_protocol", "probe_protocol = \"tcp\"", "[servers.hello.healthcheck]", "`probe_path` is for"),
        ("probe_path", "probe_path = \"x\"", "[servers.hello.healthcheck]", "begin with /"),
        ("interval", "interval = \"0\"", "[servers.hello.healthcheck]", "above 0"),
        ("fails", "fails = 0", "[servers.hello.healthcheck]", "at least 1"),
    ] {
        let line = RIGHT.lines().position(|line| line == section).expect("there is such a section") + 1;
        let mistake = mistake(old, new);
        assert_eq!(mistake.line, line, "{new}: {mistake:?}");
        assert!(mistake.message.contains(part), "{new}: {mistake:?}");
    }
}
