//! A balancer with a file of its own, REST on a free port, and peers.

pub(crate) mod dns;
pub(crate) mod peers;
pub(crate) mod program;

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use prometheus::Registry;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tcp_balancer::Balancer;
use tcp_balancer::traffic::Snapshot;
use tempfile::NamedTempFile;
use testkit::{Running, Scrape, eventually};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than any test has patience for: a drain that needs it has failed.
pub(crate) const LONG_GRACE: Duration = Duration::from_secs(600);
pub(crate) const TOKEN: &str = "a token";

pub(crate) struct Lab {
    pub(crate) balancer: Balancer,
    service: Running<Result<(), prometheus::Error>>,
    file: NamedTempFile,
    hangups: mpsc::Sender<()>,
}

/// A server `hello` on a free port with these back ends, and these lines for the server.
pub(crate) fn hello(backends: &[SocketAddr], lines: &str) -> String {
    let list: Vec<_> = backends.iter().map(|backend| format!("\"{backend}\"")).collect();
    with_discovery(lines, &format!("kind = \"static\"\nstatic_list = [{}]", list.join(", ")))
}

pub(crate) fn with_discovery(lines: &str, discovery: &str) -> String {
    format!("[servers.hello]\nbind = \"127.0.0.1:0\"\n{lines}\n[servers.hello.discovery]\n{discovery}\n")
}

impl Lab {
    pub(crate) async fn start(config: &str) -> Self {
        Self::start_with(config, Some(TOKEN), LONG_GRACE, Registry::new()).await
    }

    pub(crate) async fn start_with(
        config: &str,
        token: Option<&'static str>,
        grace: Duration,
        registry: Registry,
    ) -> Self {
        // Clients, the balancer and back ends are one process here: a shell's usual limit is too low.
        tcp_balancer::raise_limit();
        let file = NamedTempFile::new().expect("a file");
        fs::write(&file, config).expect("written");
        let balancer = Balancer::start(file.path().into()).await.expect("it starts");
        let (hangups, receiver) = mpsc::channel(1);
        let handle = balancer.clone();
        let service = testkit::start(|rest, shutdown| {
            tcp_balancer::run(rest, handle, token, registry, ReceiverStream::new(receiver), grace, shutdown)
        })
        .await;
        Self { balancer, service, file, hangups }
    }

    /// Where `hello` listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr_of("hello")
    }

    pub(crate) fn addr_of(&self, server: &str) -> SocketAddr {
        let server = self.balancer.get(server).expect("it runs");
        server.address().expect("it listens")
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr()).await.expect("it listens")
    }

    /// What `hello` has counted.
    pub(crate) fn counts(&self) -> Snapshot {
        self.balancer.get("hello").expect("it runs").traffic.snapshot()
    }

    /// What `hello` has counted at each of its back ends.
    pub(crate) fn backend_counts(&self) -> Vec<Snapshot> {
        let hello = self.balancer.get("hello").expect("it runs");
        hello.pool.members().iter().map(|backend| backend.traffic.snapshot()).collect()
    }

    /// Waits until `hello` has no connections.
    pub(crate) async fn idle(&self) -> Snapshot {
        eventually(PATIENCE, async || self.counts().active == 0).await;
        self.counts()
    }

    /// Which of `hello`'s back ends are live.
    pub(crate) fn live(&self) -> Vec<bool> {
        let hello = self.balancer.get("hello").expect("it runs");
        hello.pool.members().iter().map(|backend| backend.is_live()).collect()
    }

    pub(crate) fn write(&self, config: &str) {
        fs::write(&self.file, config).expect("written");
    }

    /// Has the file read again, and waits until it has been.
    pub(crate) async fn hang_up(&self) {
        let before: u64 = self.balancer.reloads().iter().sum();
        self.hangups.send(()).await.expect("it listens");
        eventually(PATIENCE, async || self.balancer.reloads().iter().sum::<u64>() > before).await;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.service.url(path)
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::get(self.url("/metrics")).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, None, "").await
    }

    pub(crate) async fn ask(
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
        let response = request.send().await.expect("a reply");
        let status = response.status();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn stop(self) {
        self.service.stop().await.expect("it ended well");
    }
}
