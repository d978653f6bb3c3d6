//! Which settings `lab render` refuses, and with which sentence.

use std::{fs, path::Path};

use crate::rendered::Lab;

/// A real account with a password.
const ACCOUNT: [(&str, &str); 6] = [
    ("SMTP_HOST", "smtp.example.com"),
    ("SMTP_PORT", "587"),
    ("SMTP_TLS", "yes"),
    ("SMTP_FROM", "lookout@example.com"),
    ("SMTP_TO", "you@example.com"),
    ("SMTP_USERNAME", "me"),
];

/// What is refused, without the `SETTING=value: ` before it; nothing if the settings are accepted.
async fn refusals(settings: &[(&str, &str)], password: Option<&Path>) -> Vec<String> {
    // Settings with a flag; the others are read by name.
    const FLAGS: [&str; 9] = [
        "SMTP_HOST",
        "SMTP_PORT",
        "SMTP_TLS",
        "SMTP_FROM",
        "SMTP_TO",
        "SMTP_USERNAME",
        "GRAFANA_URL",
        "GRAFANA_ADMIN_PASSWORD",
        "TUTORIAL",
    ];
    let mut flags: Vec<String> = Vec::new();
    for (name, value) in settings.iter().filter(|(name, _)| FLAGS.contains(name)) {
        let flag = format!("--{}=", name.to_lowercase().replace('_', "-"));
        flags.retain(|other| !other.starts_with(&flag));
        flags.push(format!("{flag}{value}"));
    }
    flags.push(format!("--smtp-password={}", password.unwrap_or(Path::new("/nonexistent")).display()));
    let lab = Lab::new(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    let password = password.map(|path| path.display().to_string());
    let mut named: Vec<(&str, &str)> = settings.to_vec();
    named.extend(password.as_deref().map(|path| ("SMTP_PASSWORD_FILE", path)));
    match lab.render(&named).await {
        Ok(()) => Vec::new(),
        Err(error) => {
            assert!(lab.names(".").is_empty(), "nothing is written");
            error.to_string().lines().map(str::to_owned).collect()
        }
    }
}

fn file(content: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

#[tokio::test]
async fn a_wrong_value_is_refused_with_its_name_and_what_was_expected() {
    let address = "expected one address without a name, such as lookout@example.com";
    let addresses = "expected addresses without names, separated by commas, such as you@example.com";
    let host = "expected the name or IPv4 address of a mail server, without a port";
    let port = "expected a port, from 1 to 65535";
    let url = "expected an address such as http://127.0.0.1:3000";
    let hosts = "expected hosts separated by commas without spaces, such as lab.example:8000";
    let outputs = "expected prometheus, console or console=families, or several separated by commas";
    let itself = "in a container, this is the container itself; set host.docker.internal for this machine";
    let password = file("secret\n");
    for (setting, values, expected) in [
        (
            "SMTP_FROM",
            &[
                "nonsense",
                "",
                "@",
                "a@",
                "@b.example",
                "a b@c.example",
                "Lookout <a@b.example>",
                "Löokout <a@b.example>",
                "ö@b.example",
                "a@bücher.example",
                "a@b.example,c@d.example",
                "a@b@c",
                "a..b@c.example",
                ".a@b.example",
                "a@b..example",
                "a@-b.example",
                "a@[1.2.3.4]",
                "<a@b.example>",
                " a@b.example",
                "a@b.example\nBcc: x@y",
            ][..],
            address,
        ),
        (
            "SMTP_TO",
            &[
                "nonsense",
                "",
                "a@b.example;c@d.example",
                "a@b.example; c@d.example",
                "a@b.example c@d.example",
                "You <a@b.example>",
                "Jörg <a@b.example>",
                "a@b.example,",
                ",a@b.example",
                "a@b.example,,c@d.example",
                "a@b.example, nonsense",
                "\"a,b\"@c.example",
            ],
            addresses,
        ),
        (
            "SMTP_HOST",
            &[
                "",
                " ",
                "smtp.example.com:587",
                "smtp://smtp.example.com",
                "smtp.example.com/",
                "smtp example",
                "me@example.com",
                "smtp..example",
                ".smtp",
                "smtp.example.com.",
                "-smtp",
                "::1",
                "[::1]",
                "smtp.exämple.com",
                "a,b",
                "smtp\texample",
            ],
            host,
        ),
        ("SMTP_HOST", &["localhost", "127.0.0.1", "127.1"], itself),
        (
            "SMTP_PORT",
            &[
                "99999", "65536", "0", "-1", "+587", "0587", "587 # x", " 587", "", "smtp", "587,465",
                "5 87", "٥٨٧",
            ],
            port,
        ),
        ("SMTP_TLS", &["", "true", "YES", "1", "starttls", "yes "], "expected yes or no"),
        ("EDGE_PORT", &["99999", "0", "-1", "+80", "080", "", "8000-8010", "http", "127.0.0.1:80"], port),
        ("INFLUXDB_PORT", &["x"], port),
        (
            "GRAFANA_URL",
            &[
                "localhost:3000",
                "127.0.0.1:3000",
                "http://",
                "ftp://grafana",
                "http://a b",
                "javascript:alert(1)",
                "/grafana",
            ],
            url,
        ),
        (
            "LAB_HOSTS",
            &["a, b", "a,", "http://lab.example", "lab.example/", "lab.example;b", "me@lab.example"],
            hosts,
        ),
        (
            "SINK_OUTPUTS",
            &["", "influx", "prometheus, console", "console=all", "prometheus;console"],
            outputs,
        ),
    ] {
        for value in values {
            let mut settings = ACCOUNT.to_vec();
            settings.push((setting, value));
            let shown = value.replace('\n', "\\n").replace('\t', "\\t");
            // The address of Grafana is shown without the slashes at its end.
            let shown = if setting == "GRAFANA_URL" { shown.trim_end_matches('/') } else { &shown };
            let refused = refusals(&settings, Some(password.path())).await;
            assert_eq!(refused, [format!("{setting}={shown}: {expected}")], "{setting}={value:?}");
        }
    }
}

#[tokio::test]
async fn what_mail_servers_and_readers_accept_is_accepted() {
    let password = file("secret\n");
    for (setting, values) in [
        ("SMTP_FROM", &["a@b", "first.last+tag@mail.example.co", "o'neil!#$%&*/=?^_`{|}~-@b.example"][..]),
        ("SMTP_TO", &["a@b.example", "a@b.example,c@d.example", "a@b.example, c@d.example"]),
        ("SMTP_HOST", &["smtp.example.com", "mail", "192.0.2.1", "host.docker.internal", "mail_relay"]),
        ("SMTP_PORT", &["25", "465", "587", "65535"]),
        ("EDGE_PORT", &["1", "80", "65535"]),
        (
            "GRAFANA_URL",
            &["", "http://127.0.0.1:3000", "https://grafana.example/", "https://lab.example/grafana"],
        ),
        ("LAB_HOSTS", &["", "lab.example", "lab.example:8000,192.0.2.1:80,[::1]:8000"]),
        ("SINK_OUTPUTS", &["prometheus", "console", "prometheus,console=families"]),
        ("GRAFANA_ADMIN_PASSWORD", &["pa$word", "a b", "#;'\"\\", "пароль"]),
    ] {
        for value in values {
            let mut settings = ACCOUNT.to_vec();
            settings.push((setting, value));
            assert!(refusals(&settings, Some(password.path())).await.is_empty(), "{setting}={value:?}");
        }
    }
    assert!(refusals(&[], None).await.is_empty(), "the defaults");
}

#[tokio::test]
async fn an_account_needs_a_user_a_password_and_tls() {
    let both = "an account needs both SMTP_USERNAME and SMTP_PASSWORD_FILE, a file with its password";
    assert_eq!(refusals(&ACCOUNT, None).await, [format!("SMTP_USERNAME=me: {both}")]);
    let password = file("secret");
    let without_user = [&ACCOUNT[..], &[("SMTP_USERNAME", "")]].concat();
    assert_eq!(refusals(&without_user, Some(password.path())).await, [format!("SMTP_USERNAME=: {both}")]);
    let plain = [&ACCOUNT[..], &[("SMTP_TLS", "no")]].concat();
    assert_eq!(
        refusals(&plain, Some(password.path())).await,
        ["SMTP_USERNAME=me: its password would be sent unencrypted; set SMTP_TLS=yes"]
    );
    let smtps = [("SMTP_HOST", "smtp.example.com"), ("SMTP_PORT", "465")];
    assert_eq!(
        refusals(&smtps, None).await,
        ["SMTP_PORT=465: this port uses TLS from the first byte; set SMTP_TLS=yes"]
    );
    // Someone forgot the host, or left it empty.
    for setting in [("SMTP_PORT", "587"), ("SMTP_TLS", "yes")] {
        let refused = refusals(&[setting], None).await;
        assert!(
            refused[0].starts_with("SMTP_HOST=maildev: the lab's own mailbox has only port 1025"),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_password_is_one_line_of_text_that_both_senders_take_literally() {
    let folder = tempfile::tempdir().unwrap();
    let line = "expected one line without spaces at its ends, control characters, ${, $__ and %(";
    for (content, expected) in [
        (&b"two\nlines"[..], line),
        (b"tab\there", line),
        (b" space", line),
        (b"space ", line),
        (b"a${b}", line),
        (b"$__env{HOME}", line),
        (b"\xff\xfe", "the file is not UTF-8 text"),
        (b"", "the file is empty"),
        (b"\n", "the file is empty"),
    ] {
        let password = file(content);
        let refused = refusals(&ACCOUNT, Some(password.path())).await;
        let expected = format!("SMTP_PASSWORD_FILE={}: {expected}", password.path().display());
        assert_eq!(refused, [expected], "{content:?}");
    }
    let refused = refusals(&ACCOUNT, Some(folder.path())).await.join("\n");
    assert!(refused.contains(": the file cannot be read: "), "a folder: {refused}");
    for content in ["s e c r e t\r\n", "p'w: #1", "pa$$word\"", "пароль\n\n"] {
        assert!(refusals(&ACCOUNT, Some(file(content).path())).await.is_empty(), "{content:?}");
    }
}

#[tokio::test]
async fn two_services_that_run_cannot_publish_the_same_port() {
    let same = [("EDGE_PORT", "9090"), ("BALANCER_PORT", "8888")];
    assert_eq!(
        refusals(&same, None).await.iter().filter(|refused| refused.ends_with("is the same port")).count(),
        2
    );
    let left_out = [("TUTORIAL", "echo"), ("BALANCER_PORT", "9090")];
    assert!(refusals(&left_out, None).await.is_empty(), "the balancer does not run");
    let without_grafana = [("GRAFANA_URL", ""), ("PROMETHEUS_PORT", "3000")];
    assert!(refusals(&without_grafana, None).await.is_empty(), "Grafana does not run");
}

#[tokio::test]
async fn all_wrong_settings_are_refused_at_once_and_passwords_are_not_shown() {
    let password = file("hidden\nsecret");
    let settings = [
        ("SMTP_HOST", "mail.example.com:25"),
        ("SMTP_PORT", "99999"),
        ("SMTP_TLS", "maybe"),
        ("SMTP_FROM", "nonsense"),
        ("SMTP_TO", "a@b.example; c@d.example"),
        ("GRAFANA_URL", "grafana"),
        ("GRAFANA_ADMIN_PASSWORD", "hidden${secret}"),
        ("LAB_HOSTS", "a b"),
        ("SINK_OUTPUTS", "none"),
        ("EDGE_PORT", "x"),
        ("JAEGER_PORT", "9090"),
    ];
    let refused = refusals(&settings, Some(password.path())).await.join("\n");
    for (name, _) in settings.into_iter().chain([("SMTP_PASSWORD_FILE", "")]) {
        // One of the two that have the same port.
        let name = if name == "JAEGER_PORT" { "is the same port" } else { name };
        assert!(refused.contains(name), "{name} is missing in: {refused}");
    }
    assert!(!refused.contains("hidden"), "{refused}");
}
