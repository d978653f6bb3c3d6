//! A console on a free port, with temporary files. All services of its lab are unreachable unless a test replaces them.

use std::path::Path;
use std::time::Duration;

use clap::Parser;
use console::Config;
use kit::shutdown::Drained;
use prometheus::Registry;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;
pub(crate) use testkit::problem_of;
use testkit::{Running, Scrape};

pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);
/// No server listens on this port.
const UNREACHABLE: &str = "http://127.0.0.1:9";
const PAGE: &str = "<!doctype html><html lang=en><head><title>Lookout</title></head><body></body></html>";

/// The console's files: the folders `dashboards`, `alerting`, `docs` and `state`, and `web` with a page.
pub(crate) struct Files(TempDir);

/// A running console, and an HTTP client for it.
pub(crate) struct Console {
    pub(crate) running: Running<Result<Drained, console::Error>>,
    pub(crate) http: reqwest::Client,
    pub(crate) files: Files,
}

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    config: Config,
}

// === impl Files ===

impl Files {
    pub(crate) fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        for folder in ["dashboards", "alerting", "docs", "state"] {
            std::fs::create_dir(files.path(folder)).unwrap();
        }
        files.with("web/index.html", PAGE)
    }

    pub(crate) fn with(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text);
        self
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> std::path::PathBuf {
        self.0.path().join(path)
    }
}

/// The default settings, with these files and unreachable services.
fn config(files: &Files) -> Config {
    let mut config = Cli::parse_from(["console"]).config;
    config.console_assets = files.path("web");
    config.console_docs = files.path("docs");
    config.shutdown_grace = TIMEOUT;
    let settings = &mut config.settings;
    settings.dashboards = files.path("dashboards");
    settings.alerting = files.path("alerting");
    settings.state = files.path("state");
    for address in [
        &mut settings.edge,
        &mut settings.grpc_edge,
        &mut settings.envoy_admin,
        &mut settings.web_client,
        &mut settings.echo_server,
        &mut settings.metrics_sink,
        &mut settings.order_metrics,
        &mut settings.order_admin,
        &mut settings.balancer_rest,
        &mut settings.influxdb,
        &mut settings.prometheus,
        &mut settings.alertmanager,
        &mut settings.grafana,
        &mut settings.jaeger,
        &mut settings.maildev,
    ] {
        UNREACHABLE.clone_into(address);
    }
    settings.balancer = UNREACHABLE.trim_start_matches("http://").to_owned();
    config
}

// === impl Console ===

impl Console {
    pub(crate) async fn start() -> Self {
        Self::with(Files::new(), |_| {}).await
    }

    /// Starts with these files, and settings changed by `adjust`.
    pub(crate) async fn with(files: Files, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(&files);
        let listener = testkit::listener().await;
        config.console_hosts = vec![listener.local_addr().unwrap().to_string()];
        adjust(&mut config);
        let running = Running::on(listener, |listener, shutdown| {
            console::run(listener, config, Registry::new(), shutdown)
        });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { running, http, files }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.running.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("every request has a response")
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// Sends a GET that fails; returns its status and problem document.
    pub(crate) async fn problem(&self, path: &str) -> (u16, Value) {
        problem_of(self.get(path).await).await
    }

    /// The token in the page.
    pub(crate) async fn token(&self) -> String {
        let page = self.get("/").await.text().await.unwrap();
        let (_, rest) = page.split_once(r#"<head><meta name="console-token" content=""#).expect("a token");
        rest.split('"').next().unwrap().to_owned()
    }

    /// A request with the token, as the page sends it.
    pub(crate) async fn change(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("x-console-token", self.token().await)
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::get(self.running.url("/metrics")).await
    }
}
