//! A real Alertmanager with the rendered configuration, and a mail server of the tests as the mailbox.

use std::{
    fs,
    path::PathBuf,
    process::Stdio,
    time::{Duration, SystemTime},
};

use clap::Parser;
use clients::Clients;
use lab::render::{self, settings::RenderSettings};
use serde_json::{Value, json};
use testkit::{
    command, eventually, eventually_some, free_port, prometheus::real_program, smtp::AcceptedMail,
};
use tokio::process::Child;

const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    common: clients::settings::Settings,
    #[command(flatten)]
    render: RenderSettings,
}

/// A running Alertmanager. It is killed on drop.
pub(crate) struct Alertmanager {
    _child: Child,
    _folder: tempfile::TempDir,
    pub(crate) url: String,
}

impl Alertmanager {
    /// Renders the configuration with these flags, replaces texts in it, and starts the program at `ALERTMANAGER`.
    pub(crate) async fn start(flags: &[String], replacements: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let defaults = [
            "lab".to_owned(),
            format!("--source={}", root.display()),
            format!("--out={}", out.display()),
            // No reader runs.
            "--prometheus=http://127.0.0.1:1".to_owned(),
            "--alertmanager=http://127.0.0.1:1".to_owned(),
            "--grafana=http://127.0.0.1:1".to_owned(),
        ];
        let Flags { common, render } = Flags::parse_from(defaults.iter().chain(flags));
        render::run(&Clients::new(common).unwrap(), &render, |_| None).await.unwrap();

        let rendered = out.join("alertmanager");
        let path = rendered.join("alertmanager.yaml");
        let mut config = fs::read_to_string(&path).unwrap();
        for (before, after) in replacements {
            assert!(config.contains(before), "{before} in {config}");
            config = config.replace(before, after);
        }
        config = config.replace("/etc/alertmanager/", &format!("{}/", rendered.display()));
        fs::write(&path, config).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let child = command(&real_program("ALERTMANAGER"), &[])
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--web.external-url=http://127.0.0.1:9093")
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let url = format!("http://{address}");
        let log = folder.path().join("log");
        let ready =
            async || reqwest::get(format!("{url}/-/ready")).await.is_ok_and(|it| it.status().is_success());
        let started = tokio::time::timeout(TIMEOUT, eventually(TIMEOUT, ready)).await;
        started.unwrap_or_else(|_| panic!("{}", fs::read_to_string(&log).unwrap()));
        Self { _child: child, _folder: folder, url }
    }

    /// Posts alerts that fire, or that have ended.
    pub(crate) async fn post(&self, alerts: &[Value], is_over: bool) {
        let now = SystemTime::now();
        let begin = now - Duration::from_secs(60);
        let end = if is_over { now - Duration::from_secs(1) } else { now + Duration::from_secs(300) };
        let text = |time| humantime::format_rfc3339(time).to_string();
        let alerts: Vec<Value> = alerts
            .iter()
            .map(|labels| {
                json!({
                    "labels": labels,
                    "annotations": {"summary": "A summary", "description": "A description."},
                    "startsAt": text(begin),
                    "endsAt": text(end),
                    "generatorURL": "http://127.0.0.1:9090/graph?g0.expr=up&g0.tab=1",
                })
            })
            .collect();
        let response = reqwest::Client::new().post(format!("{}/api/v2/alerts", self.url)).json(&alerts);
        let response = response.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// The labels of the alerts that match all matchers.
    pub(crate) async fn matching(&self, matchers: &[String]) -> Vec<Value> {
        let url = format!("{}/api/v2/alerts", self.url);
        let query: Vec<(&str, &str)> = matchers.iter().map(|matcher| ("filter", matcher.as_str())).collect();
        let response = reqwest::Client::new().get(url).query(&query).send().await.unwrap();
        let status = response.status();
        let alerts: Value = response.json().await.unwrap();
        assert!(status.is_success(), "{matchers:?}: {alerts}");
        alerts.as_array().unwrap().iter().map(|alert| alert["labels"].clone()).collect()
    }
}

/// A mail's subject and bodies.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl Mail {
    pub(crate) fn parse(mail: &AcceptedMail) -> Self {
        let subject = mail.data.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default();
        let part = |kind: &str| {
            let (_, rest) = mail.data.split_once(&format!("Content-Type: {kind}")).unwrap();
            let (_, body) = rest.split_once("\n\n").unwrap();
            quoted_printable(body.split("\n--").next().unwrap())
        };
        Self { subject: subject.to_owned(), text: part("text/plain"), html: part("text/html") }
    }
}

/// Waits until `count` mails have arrived, and returns their subjects, sorted.
pub(crate) async fn subjects(server: &testkit::smtp::SmtpServer, count: usize) -> Vec<String> {
    let mails = eventually_some(TIMEOUT, async || {
        let mails = server.mails();
        (mails.len() >= count).then_some(mails)
    });
    let mut subjects: Vec<String> = mails.await.iter().map(|mail| Mail::parse(mail).subject).collect();
    subjects.sort();
    subjects
}

fn quoted_printable(body: &str) -> String {
    let body = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'=').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}
