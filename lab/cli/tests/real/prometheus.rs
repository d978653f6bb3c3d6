//! The alert rules in a real Prometheus that restarts, which promtool cannot do.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, routing::get};
use clients::time::unix_now;
use serde_json::Value;
use testkit::{command, eventually, free_port, listener, prometheus::real_program};
use tokio::process::Child;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A Prometheus with the rules of the balancer, in a folder that survives it.
struct Prometheus {
    child: Child,
    url: String,
}

impl Prometheus {
    async fn start(folder: &Path, target: SocketAddr) -> Self {
        let rules =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../prometheus/tutorials/balancer/rules.yaml");
        let config = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\n\
             scrape_configs: [{{ job_name: tcp-balancer, static_configs: [{{ targets: ['{target}'] }}] }}]\n\
             rule_files: ['{}']\n",
            rules.display()
        );
        fs::write(folder.join("prometheus.yaml"), config).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let child = command(&real_program("PROMETHEUS"), &[])
            .arg(format!("--config.file={}", folder.join("prometheus.yaml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://{address}");
        let ready =
            async || reqwest::get(format!("{url}/-/ready")).await.is_ok_and(|it| it.status().is_success());
        eventually(TIMEOUT, ready).await;
        Self { child, url }
    }

    async fn stop(mut self) {
        let id = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").arg(id).status().unwrap().success());
        self.child.wait().await.unwrap();
    }

    /// The series of a query's result.
    async fn query(&self, query: &str) -> Vec<Value> {
        let reply = reqwest::get(format!("{}/api/v1/query?query={query}", self.url)).await.unwrap();
        reply.json::<Value>().await.unwrap()["data"]["result"].as_array().unwrap().clone()
    }

    /// The firing alerts, as `NAME HOST`.
    async fn firing(&self) -> Vec<String> {
        let alerts: Value =
            reqwest::get(format!("{}/api/v1/alerts", self.url)).await.unwrap().json().await.unwrap();
        let alerts = alerts["data"]["alerts"].as_array().unwrap().iter();
        let text =
            |alert: &Value, label: &str| alert["labels"][label].as_str().unwrap_or_default().to_owned();
        let firing = alerts.filter(|alert| alert["state"] == "firing");
        firing.map(|alert| format!("{} {}", text(alert, "alertname"), text(alert, "host"))).collect()
    }
}

/// The page of a balancer that started at `start`, in Unix seconds, with two backends.
fn page(start: f64, live: [bool; 2]) -> String {
    let count = live.iter().filter(|live| **live).count();
    let mut page = format!(
        "process_start_time_seconds {start}\ngobetween_server_backends{{server=\"hello\",state=\"live\"}} {count}\n"
    );
    for (index, live) in live.into_iter().enumerate() {
        let value = u8::from(live);
        page += &format!(
            "gobetween_backend_live{{server=\"hello\",host=\"hello-{index}\",port=\"3000\"}} {value}\n"
        );
    }
    page
}

#[tokio::test]
#[ignore = "needs Prometheus: PROMETHEUS is its path"]
async fn a_series_that_excludes_an_alert_ends_with_its_cause_across_a_restart_of_prometheus() {
    let start = unix_now();
    let metrics = Arc::new(Mutex::new(page(start, [true, true])));
    let served = metrics.clone();
    let router = Router::new().route("/metrics", get(async move || served.lock().unwrap().clone()));
    let listener = listener().await;
    let target = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());

    let folder = tempfile::tempdir().unwrap();
    let prometheus = Prometheus::start(folder.path(), target).await;
    // While the balancer starts, its alerts are excluded.
    eventually(TIMEOUT, async || !prometheus.query("instance:gobetween_start:last15s").await.is_empty())
        .await;
    prometheus.stop().await;
    *metrics.lock().unwrap() = page(start, [true, false]);
    // Its start has ended while Prometheus did not run.
    eventually(TIMEOUT, async || unix_now() - start > 16.0).await;
    let prometheus = Prometheus::start(folder.path(), target).await;
    eventually(TIMEOUT, async || prometheus.firing().await == ["BackendDown hello-1"]).await;
    prometheus.stop().await;
}
