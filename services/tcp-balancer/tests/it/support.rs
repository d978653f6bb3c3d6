//! A balancer with its own configuration file and REST on a free port, and the peers on both sides of it.

pub(crate) mod dns;
pub(crate) mod peers;
pub(crate) mod program;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kit::server::HttpSettings;
use prometheus::Registry;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tcp_balancer::server::Server;
use tcp_balancer::traffic::Snapshot;
use tcp_balancer::{Balancer, Rest};
use tempfile::NamedTempFile;
use testkit::{Running, Scrape, eventually};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);
/// Longer than [`TIMEOUT`]: a test whose drain takes this long has failed.
pub(crate) const LONG_GRACE: Duration = Duration::from_secs(600);
pub(crate) const TOKEN: &str = "a token";

pub(crate) struct Fixture {
    pub(crate) balancer: Balancer,
    service: Running<Result<(), prometheus::Error>>,
    file: NamedTempFile,
    reload_signals: mpsc::Sender<()>,
}

/// A configuration without servers.
pub(crate) const NO_SERVERS: &str = "allow_empty = true\n";

/// Configuration of a server `hello` on a free port with a static list of backends. `lines` are added to the server.
pub(crate) fn hello(backends: &[SocketAddr], lines: &str) -> String {
    let list: Vec<_> = backends.iter().map(|backend| format!("\"{backend}\"")).collect();
    with_discovery(lines, &format!("kind = \"static\"\nstatic_list = [{}]", list.join(", ")))
}

pub(crate) fn with_discovery(lines: &str, discovery: &str) -> String {
    format!("[servers.hello]\nbind = \"127.0.0.1:0\"\n{lines}\n[servers.hello.discovery]\n{discovery}\n")
}

impl Fixture {
    pub(crate) async fn start(config: &str) -> Self {
        Self::start_with(config, Some(TOKEN), LONG_GRACE, Registry::new()).await
    }

    pub(crate) async fn start_with(
        config: &str,
        token: Option<&'static str>,
        grace: Duration,
        registry: Registry,
    ) -> Self {
        // Clients, the balancer and backends share this process's limit of open files.
        tcp_balancer::raise_limit();
        let file = NamedTempFile::new().expect("a file");
        fs::write(&file, config).expect("written");
        let balancer = Balancer::start(file.path().into()).await.expect("started");
        let (reload_signals, receiver) = mpsc::channel(1);
        let handle = balancer.clone();
        let service = testkit::start(|listener, shutdown| {
            let rest = Rest { listener, token: token.map(Into::into), http: HttpSettings::default() };
            tcp_balancer::run(rest, handle, registry, ReceiverStream::new(receiver), grace, shutdown)
        })
        .await;
        Self { balancer, service, file, reload_signals }
    }

    /// The address of REST.
    pub(crate) fn rest_addr(&self) -> SocketAddr {
        self.service.addr()
    }

    /// The server `hello`.
    pub(crate) fn hello(&self) -> Arc<Server> {
        self.balancer.get("hello").expect("a running server")
    }

    /// The address that `hello` listens on.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr_of("hello")
    }

    pub(crate) fn addr_of(&self, server: &str) -> SocketAddr {
        let server = self.balancer.get(server).expect("a running server");
        server.address().expect("listening")
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr()).await.expect("connected")
    }

    /// Counts of `hello`.
    pub(crate) fn counts(&self) -> Snapshot {
        self.hello().traffic.snapshot()
    }

    /// Counts of each of `hello`'s backends.
    pub(crate) fn backend_counts(&self) -> Vec<Snapshot> {
        self.hello().pool.backends().iter().map(|backend| backend.traffic.snapshot()).collect()
    }

    /// Waits until `hello` has no connections, and returns its counts.
    pub(crate) async fn wait_until_idle(&self) -> Snapshot {
        eventually(TIMEOUT, async || self.counts().active == 0).await;
        self.counts()
    }

    /// Whether each of `hello`'s backends is live.
    pub(crate) fn live(&self) -> Vec<bool> {
        self.hello().pool.backends().iter().map(|backend| backend.is_live()).collect()
    }

    /// Path of the configuration file.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Replaces the configuration file, reloads it, and waits until the reload has succeeded or failed.
    pub(crate) async fn reload(&self, config: &str) {
        fs::write(&self.file, config).expect("written");
        let before = self.balancer.reloads();
        self.reload_signals.send(()).await.expect("running");
        eventually(TIMEOUT, async || self.balancer.reloads() != before).await;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.service.url(path)
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::get(self.url("/metrics")).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.request(Method::GET, path, None, "").await
    }

    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: &str,
    ) -> (StatusCode, Value) {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut request = client.request(method, self.url(path)).body(body.to_owned());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.expect("a response");
        let status = response.status();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn stop(self) {
        self.service.stop().await.expect("stopped without an error");
    }
}
