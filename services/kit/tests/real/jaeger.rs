//! A real Jaeger with the lab's configuration, on free ports.

use std::fs;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use testkit::prometheus::real_program;
use testkit::{eventually_some, free_port};
use tokio::process::Child;

use crate::TIMEOUT;

const CONFIG: &str = include_str!("../../../../jaeger/config.yaml");

/// A running Jaeger. It is killed on drop.
pub(crate) struct Jaeger {
    _child: Child,
    otlp: u16,
    query: u16,
    _folder: TempDir,
}

impl Jaeger {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [otlp, otlp_http, health, query, query_grpc] = std::array::from_fn(|_| free_port());
        let config = [
            ("0.0.0.0:4317", otlp),
            ("0.0.0.0:4318", otlp_http),
            ("127.0.0.1:13133", health),
            ("0.0.0.0:16686", query),
            ("0.0.0.0:16685", query_grpc),
        ];
        let config = config.iter().fold(CONFIG.to_owned(), |config, (address, port)| {
            assert!(config.contains(address), "{address}");
            config.replace(address, &format!("127.0.0.1:{port}"))
        });
        let path = folder.path().join("config.yaml");
        fs::write(&path, config).expect("written");
        let log = fs::File::create(folder.path().join("log")).expect("created");
        let child = testkit::command(&real_program("JAEGER"), &[])
            .arg(format!("--config={}", path.display()))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Jaeger starts");
        let jaeger = Self { _child: child, otlp, query, _folder: folder };
        eventually_some(TIMEOUT, async || jaeger.get("services").await).await;
        eventually_some(TIMEOUT, async || tokio::net::TcpStream::connect(("127.0.0.1", otlp)).await.ok())
            .await;
        jaeger
    }

    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.otlp)
    }

    /// The newest traces of a service.
    pub(crate) async fn traces(&self, service: &str, limit: usize) -> Vec<Value> {
        let path = format!("traces?service={service}&limit={limit}&lookback=1h");
        let reply = self.get(&path).await.expect("a reply");
        reply["data"].as_array().cloned().unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let url = format!("http://127.0.0.1:{}/api/{path}", self.query);
        reqwest::get(url).await.ok()?.error_for_status().ok()?.json().await.ok()
    }
}
