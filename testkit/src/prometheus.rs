//! A real Prometheus that scrapes the pages under test.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Child;

use crate::{Exemplar, command, eventually_some, free_port};

/// Maximum time until it is ready, or until a query has a result.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running Prometheus. It is killed on drop.
#[derive(Debug)]
pub struct Prometheus {
    _child: Child,
    address: SocketAddr,
    folder: TempDir,
}

/// A series of a query's result: its labels and its value.
pub type Series = (BTreeMap<String, String>, f64);

/// The path of a real program, from the environment variable of this name.
///
/// # Panics
/// If the variable is unset.
#[must_use]
pub fn real_program(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} must be the path of the program"))
}

impl Prometheus {
    /// Starts the program at `PROMETHEUS` with `scrape_configs` in YAML, and waits until it is ready.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(scrape_configs: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, format!("scrape_configs:\n{scrape_configs}")).expect("written");
        let log = fs::File::create(folder.path().join("log")).expect("created");
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let child = command(&real_program("PROMETHEUS"), &[])
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--enable-feature=exemplar-storage,metadata-wal-records")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Prometheus starts");
        let prometheus = Self { _child: child, address, folder };
        let ready = format!("http://{address}/-/ready");
        eventually_some(TIMEOUT, async || reqwest::get(&ready).await.ok()?.error_for_status().ok()).await;
        prometheus
    }

    /// The result of an instant query.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn query(&self, expression: &str) -> Vec<Series> {
        let url = format!("http://{}/api/v1/query", self.address);
        let query: String = form(expression);
        let response = reqwest::get(format!("{url}?query={query}")).await.expect("a reply");
        let reply: Value = response.json().await.expect("JSON");
        let result = reply["data"]["result"].as_array().unwrap_or_else(|| panic!("{expression}: {reply}"));
        result.iter().map(series).collect()
    }

    /// The stored exemplars of the series that an expression selects, oldest first in each series.
    ///
    /// # Panics
    /// If the query fails.
    pub async fn exemplars(&self, expression: &str) -> Vec<Exemplar> {
        let url = format!("http://{}/api/v1/query_exemplars", self.address);
        // All times: no exemplar is older than Prometheus' storage.
        let query = format!("query={}&start=0&end=99999999999", form(expression));
        let response = reqwest::get(format!("{url}?{query}")).await.expect("a reply");
        let reply: Value = response.json().await.expect("JSON");
        let series = reply["data"].as_array().unwrap_or_else(|| panic!("{expression}: {reply}"));
        let of_series = |one: &Value| {
            let labels = labels(&one["seriesLabels"]);
            let exemplars = one["exemplars"].as_array().expect("exemplars").clone();
            exemplars.into_iter().map(move |exemplar| Exemplar {
                series: labels.clone(),
                labels: self::labels(&exemplar["labels"]),
                value: exemplar["value"].as_str().and_then(|value| value.parse().ok()).expect("a number"),
                time: exemplar["timestamp"].as_f64().expect("a time"),
            })
        };
        series.iter().flat_map(of_series).collect()
    }

    /// Waits until an instant query has `count` series.
    ///
    /// # Panics
    /// If it has not within 30 seconds.
    pub async fn wait_for(&self, expression: &str, count: usize) -> Vec<Series> {
        eventually_some(TIMEOUT, async || {
            let result = self.query(expression).await;
            (result.len() == count).then_some(result)
        })
        .await
    }

    /// The warnings and errors that it has logged.
    ///
    /// # Panics
    /// If its log is unreadable.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let path: PathBuf = self.folder.path().join("log");
        let log = fs::read_to_string(path).expect("a log");
        let is_warning = |line: &&str| line.contains("level=WARN") || line.contains("level=ERROR");
        log.lines().filter(is_warning).map(str::to_owned).collect()
    }
}

fn series(result: &Value) -> Series {
    let value = result["value"][1].as_str().and_then(|value| value.parse().ok()).expect("a number");
    (labels(&result["metric"]), value)
}

fn labels(json: &Value) -> BTreeMap<String, String> {
    let labels = json.as_object().expect("labels").iter();
    labels.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// Encodes a value of a URL's query.
fn form(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
