//! The program itself, from its start to a signal.

use std::process::Stdio;

use serde_json::Value;
use testkit::eventually_some;
use testkit::influx::Influx;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::PATIENCE;

/// Starts it on a free port and waits for it. Returns where it listens, its log line of this message, and the child.
async fn start(variables: &[(&str, &str)], message: &str) -> (String, Value, Child) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hello-influx"))
        .env_clear()
        .env("PORT", "0")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("program starts");
    let mut log = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let (mut address, mut said) = (None, None);
    while address.is_none() || said.is_none() {
        let line = log.next_line().await.expect("UTF-8").expect("the log goes on");
        let line: Value = serde_json::from_str(&line).expect("a log line is JSON");
        if line["message"] == "listening" {
            let all = line["address"].as_str().expect("an address");
            address = Some(all.replace("0.0.0.0", "127.0.0.1"));
        } else if line["message"] == message {
            said = Some(line);
        }
    }
    // Read on: a full pipe would hold up the program.
    tokio::spawn(async move { log.into_inner().read_to_end(&mut Vec::new()).await });
    (address.expect("an address"), said.expect("a line"), child)
}

#[tokio::test]
async fn sigterm_pushes_what_was_counted_last_and_ends_it_well() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let variables = [("INFLUX_URL", &*database.url("")), ("INFLUX_DB", "other"), ("HOST_TAG", "a")];
    let (address, line, mut child) = start(&variables, "pushing to InfluxDB").await;
    assert_eq!(line["database"], "other");
    for _ in 0..3 {
        let reply = reqwest::get(format!("http://{address}/")).await.expect("a reply");
        assert_eq!(reply.text().await.expect("a body"), "Hello World!");
    }
    let pid = child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
    assert!(sent.success());
    let status = child.wait().await.expect("it ends");
    assert!(status.success(), "{status}");
    let last = eventually_some(PATIENCE, async || {
        influx.points().into_iter().rfind(|point| point.series.starts_with("count_request.count,host=a,"))
    });
    assert_eq!(last.await.field("value"), "3i");
}

#[tokio::test]
async fn without_an_address_it_says_that_nothing_is_pushed() {
    let (address, _, _child) = start(&[("INFLUX_URL", "")], "no --influx-url: nothing is pushed").await;
    let reply = reqwest::get(format!("http://{address}/healthz")).await.expect("a reply");
    assert!(reply.status().is_success());
}
