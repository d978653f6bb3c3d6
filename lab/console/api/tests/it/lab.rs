//! A console on a free port, with files of its own; its lab is down unless a test puts something there.

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

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const PAGE: &str = "<!doctype html><html lang=en><head><title>Lookout</title></head><body></body></html>";

/// The files of a console: folders `dashboards`, `alerting`, `docs`, `state`, and `web` with a page in it.
pub(crate) struct Files(TempDir);

pub(crate) struct Web {
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

/// The defaults, but for files and for addresses, all of which are nowhere.
fn config(files: &Files) -> Config {
    let mut config = Cli::parse_from(["console"]).config;
    config.console_assets = files.path("web");
    config.console_docs = files.path("docs");
    config.shutdown_grace = PATIENCE;
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
        NOWHERE.clone_into(address);
    }
    settings.balancer = NOWHERE.trim_start_matches("http://").to_owned();
    config
}

// === impl Web ===

impl Web {
    pub(crate) async fn start() -> Self {
        Self::with(Files::new(), |_| {}).await
    }

    /// With these files, and settings as changed by `adjust`.
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
        self.request(Method::GET, path).send().await.expect("every request is answered")
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// Status and problem document of a GET.
    pub(crate) async fn problem(&self, path: &str) -> (u16, Value) {
        problem_of(self.get(path).await).await
    }

    /// As the page's script finds it.
    pub(crate) async fn token(&self) -> String {
        let page = self.get("/").await.text().await.unwrap();
        let (_, rest) = page.split_once(r#"<head><meta name="console-token" content=""#).expect("a token");
        rest.split('"').next().unwrap().to_owned()
    }

    /// A request as the page sends it.
    pub(crate) async fn change(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("x-console-token", self.token().await)
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::get(self.running.url("/metrics")).await
    }
}
