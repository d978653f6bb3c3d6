//! The mails that a real Alertmanager sends with the rendered configuration.

use std::{collections::BTreeMap, fs};

use catalog::Selection;
use serde_json::{Value, json};
use testkit::{
    certificates::Ca,
    eventually,
    smtp::{SmtpServer, SmtpSettings, SmtpTls},
};

use crate::alertmanager::{Alertmanager, Mail, subjects};

/// The lab's own mailbox, with its delays, on the port of the tests' server.
async fn with_mailbox(server: &SmtpServer) -> Alertmanager {
    let address = format!("127.0.0.1:{}", server.port());
    Alertmanager::start(&[], &[("maildev:1025", &address)]).await
}

/// The labels that each alert of the lab has, with those of a second cause in the same part.
fn causes() -> Vec<Value> {
    let balancer = |alert: &str, more: Value| {
        let mut labels = json!({"alertname": alert, "job": "tcp-balancer", "instance": "tcp-balancer:8888", "severity": "warning"});
        labels.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        labels
    };
    vec![
        json!({"alertname": "TargetDown", "job": "echo-server", "instance": "echo-server:8080", "severity": "critical"}),
        json!({"alertname": "TargetDown", "job": "metrics-sink", "instance": "metrics-sink:9102", "severity": "critical"}),
        json!({"alertname": "TargetDown", "job": "order-service", "instance": "order-service:8085", "severity": "critical"}),
        json!({"alertname": "SpansDropped", "job": "web-client", "reason": "refused", "severity": "warning"}),
        json!({"alertname": "EchoErrorsHigh", "job": "web-client", "severity": "critical"}),
        json!({"alertname": "EchoSlow", "job": "web-client", "severity": "warning"}),
        json!({"alertname": "EnvoySilent", "job": "envoy", "instance": "envoy", "severity": "critical"}),
        json!({"alertname": "SinkRefusing", "job": "metrics-sink", "instance": "metrics-sink:9102", "severity": "warning"}),
        json!({"alertname": "SinkMisconfigured", "job": "envoy", "instance": "envoy-1", "severity": "warning"}),
        balancer("BackendDown", json!({"server": "hello", "host": "hello-influx-1", "port": "3000"})),
        balancer("BackendsAllDown", json!({"server": "soak"})),
        balancer("BalancerFull", json!({"server": "hello"})),
        balancer("BalancerShortage", json!({"reason": "files"})),
    ]
}

#[tokio::test]
#[ignore = "needs Alertmanager: ALERTMANAGER is its path"]
async fn causes_that_come_together_each_get_a_firing_and_a_resolved_mail() {
    let causes = causes();
    let mut named: Vec<&str> = causes.iter().map(|labels| labels["alertname"].as_str().unwrap()).collect();
    named.push("MailFailing");
    named.sort_unstable();
    named.dedup();
    assert_eq!(named, Selection::All.prometheus_alerts(), "each alert of the lab");

    let server = SmtpServer::start(SmtpSettings::default()).await;
    let alertmanager = with_mailbox(&server).await;
    alertmanager.post(&[json!({"alertname": "MailFailing", "job": "alertmanager"})], false).await;
    alertmanager.post(&causes, false).await;
    let subject = |status: &str, labels: &Value| {
        format!(
            "[{status}] {} on {}: A summary",
            labels["alertname"].as_str().unwrap(),
            labels["job"].as_str().unwrap()
        )
    };
    let mut expected: Vec<String> = causes.iter().map(|labels| subject("FIRING", labels)).collect();
    expected.sort();
    assert_eq!(subjects(&server, causes.len()).await, expected);

    alertmanager.post(&causes, true).await;
    expected.extend(causes.iter().map(|labels| subject("RESOLVED", labels)));
    expected.sort();
    assert_eq!(subjects(&server, 2 * causes.len()).await, expected);
}

/// The matchers in the mail's link that opens the form of a silence.
fn silenced(body: &str) -> Vec<String> {
    let body = body.replace("&amp;", "&");
    let (_, link) = body.split_once("http://127.0.0.1:9093/#/silences/new?filter=").expect("a link");
    let link = &link[..link.find(|c: char| c.is_whitespace() || "\"<>".contains(c)).unwrap_or(link.len())];
    let mut bytes = Vec::new();
    let mut rest = link.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    let filter = String::from_utf8(bytes).unwrap();
    let filter = filter.strip_prefix('{').and_then(|filter| filter.strip_suffix('}')).expect("braces");
    filter.split("\",").map(|matcher| format!("{}\"", matcher.trim_end_matches('"'))).collect()
}

#[tokio::test]
#[ignore = "needs Alertmanager: ALERTMANAGER is its path"]
async fn the_silence_link_matches_exactly_its_alert_whatever_its_name_contains() {
    let server = SmtpServer::start(SmtpSettings::default()).await;
    let alertmanager = with_mailbox(&server).await;
    let names = [
        "Plain",
        "Two words",
        "A \"quoted\" name",
        "C:\\back\\slash",
        "1+1 & 100% #5 <tag> 'single' `tick` (round)",
        "Grüße, 世界",
        "two\nlines",
        "{braces=\"x\"}",
    ];
    let labels =
        |name: &str| json!({"alertname": name, "job": "a b", "instance": "own:1", "severity": "warning"});
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (index, name) in names.into_iter().enumerate() {
        alertmanager.post(&[labels(name)], false).await;
        subjects(&server, index + 1).await;
        let mail = Mail::parse(&server.mails()[index]);
        let matchers = silenced(&mail.text);
        assert_eq!(silenced(&mail.html), matchers, "{name}");
        by_name.insert(name.to_owned(), matchers);
    }
    for (name, matchers) in by_name {
        assert_eq!(matchers.len(), 3, "{matchers:?}");
        assert_eq!(alertmanager.matching(&matchers).await, [labels(&name)], "{matchers:?}");
    }
}

#[tokio::test]
#[ignore = "needs Alertmanager: ALERTMANAGER is its path"]
async fn another_mailbox_gets_mail_over_starttls_with_its_ca_and_account() {
    let folder = tempfile::tempdir().unwrap();
    let ca = Ca::new();
    let certificate = ca.issue(folder.path(), "server");
    let password = folder.path().join("password");
    fs::write(&password, "p'w: #1\n").unwrap();
    let server = SmtpServer::start(SmtpSettings {
        tls: SmtpTls::StartTls(certificate),
        auth: "PLAIN LOGIN",
        account: Some(("o'neil&\\", "p'w: #1")),
        ..SmtpSettings::default()
    })
    .await;
    let flags = [
        "--smtp-host=Localhost".to_owned(),
        "--smtp-tls=yes".to_owned(),
        "--smtp-username=o'neil&\\".to_owned(),
        format!("--smtp-password={}", password.display()),
        format!("--smtp-ca={}", ca.write(folder.path(), "ca").display()),
        "--smtp-port=587".to_owned(),
    ];
    let address = format!("localhost:{}", server.port());
    let replacements = [("Localhost:587", address.as_str()), ("group_wait: 30s", "group_wait: 0s")];
    let alertmanager = Alertmanager::start(&flags, &replacements).await;
    alertmanager.post(&causes()[..3], false).await;
    eventually(std::time::Duration::from_secs(30), async || !server.mails().is_empty()).await;
    assert_eq!(server.mails()[0].to, ["oncall@lookout.example"]);
    assert!(Mail::parse(&server.mails()[0]).subject.starts_with("[FIRING] TargetDown: A summary"));
    assert_eq!(server.refused_logins(), 0);
}
