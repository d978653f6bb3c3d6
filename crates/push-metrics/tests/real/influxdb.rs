//! An InfluxDB 1.x as a child process.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use testkit::eventually;
use tokio::process::Child;

pub(crate) const TEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A running InfluxDB with an empty folder. It is killed on drop.
pub(crate) struct InfluxDb {
    pub(crate) url: String,
    http: reqwest::Client,
    _process: Child,
    _folder: TempDir,
}

/// Points by their series, from which a field's newest value can be read: (measurement, tags, field) and the value.
pub(crate) type Fields = BTreeMap<(String, BTreeMap<String, String>, String), Value>;

impl InfluxDb {
    /// Starts the program at the path in the variable `INFLUXD`.
    pub(crate) async fn start() -> Self {
        let program = env::var("INFLUXD").expect("INFLUXD is the path of InfluxDB's influxd");
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name| folder.path().join(name).into_os_string().into_string().expect("UTF-8");
        let [http_port, rpc_port] = [free_port().await, free_port().await];
        let address = |port| format!("{}:{port}", Ipv4Addr::LOCALHOST);
        let variables = [
            ("HOME", path("")),
            ("INFLUXDB_META_DIR", path("meta")),
            ("INFLUXDB_DATA_DIR", path("data")),
            ("INFLUXDB_DATA_WAL_DIR", path("wal")),
            ("INFLUXDB_BIND_ADDRESS", address(rpc_port)),
            ("INFLUXDB_HTTP_BIND_ADDRESS", address(http_port)),
            ("INFLUXDB_REPORTING_DISABLED", "true".to_owned()),
            ("INFLUXDB_MONITOR_STORE_ENABLED", "false".to_owned()),
        ];
        let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
        let mut command = testkit::command(&program, &variables);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("InfluxDB starts");
        let url = format!("http://{}", address(http_port));
        let http = reqwest::Client::new();
        let influxdb = Self { url, http, _process: process, _folder: folder };
        let ping = format!("{}/ping", influxdb.url);
        eventually(TEST_TIMEOUT, async || influxdb.http.get(&ping).send().await.is_ok()).await;
        influxdb
    }

    /// Posts lines; returns status and body.
    pub(crate) async fn write(&self, database: &str, lines: String) -> (u16, String) {
        let url = format!("{}/write?db={database}", self.url);
        let response = self.http.post(url).body(lines).send().await.expect("a response");
        (response.status().as_u16(), response.text().await.expect("a body"))
    }

    /// Runs a statement and returns its series.
    pub(crate) async fn query(&self, database: &str, statement: &str) -> Vec<Value> {
        let mut url = reqwest::Url::parse(&format!("{}/query", self.url)).expect("a URL");
        let pairs = [("db", database), ("q", statement), ("epoch", "ns")];
        url.query_pairs_mut().extend_pairs(pairs);
        let response = self.http.post(url).send().await.expect("a response");
        let body: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
        let result = &body["results"][0];
        assert!(result["error"].is_null(), "{statement}: {body}");
        result["series"].as_array().cloned().unwrap_or_default()
    }

    /// Measurement, name and type of each field.
    pub(crate) async fn field_types(&self, database: &str) -> BTreeSet<[String; 3]> {
        let series = self.query(database, "SHOW FIELD KEYS").await;
        let types = series.iter().flat_map(|series| {
            let rows = series["values"].as_array().expect("rows");
            rows.iter().map(|row| [text(&series["name"]), text(&row[0]), text(&row[1])])
        });
        types.collect()
    }

    /// The newest value of each field of each series.
    pub(crate) async fn newest(&self, database: &str) -> Fields {
        let mut newest = Fields::new();
        for series in self.query(database, "SELECT * FROM /.*/ GROUP BY * ORDER BY time").await {
            let columns = series["columns"].as_array().expect("columns");
            let tags: BTreeMap<_, _> = series["tags"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(_, value)| *value != "")
                .map(|(key, value)| (key.clone(), text(value)))
                .collect();
            for row in series["values"].as_array().expect("rows") {
                for (column, value) in columns.iter().zip(row.as_array().expect("a row")).skip(1) {
                    if !value.is_null() {
                        newest.insert((text(&series["name"]), tags.clone(), text(column)), value.clone());
                    }
                }
            }
        }
        newest
    }
}

async fn free_port() -> u16 {
    testkit::listener().await.local_addr().expect("bound").port()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
