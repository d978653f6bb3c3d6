//! A service on free ports with its own database, and a client.

pub(crate) mod program;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lookout_proto::order::order_client::OrderClient;
use lookout_proto::order::{CreateRequest, GetRequest, ListRequest, OrderItem, Record, State};
use order_service::{Config, Error, Listeners};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{Running, Scrape, eventually_some};
use tonic::transport::Channel;

pub(crate) type Client = OrderClient<Channel>;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Longer than any test's timeout: a drain that reaches it has failed.
const LONG_GRACE: Duration = Duration::from_secs(600);
/// Longer than any test.
pub(crate) const NEVER: Duration = Duration::from_secs(3600);

/// A service in this process.
pub(crate) struct Service {
    running: Running<Result<(), Error>>,
    metrics: String,
    admin: Option<String>,
    folder: Arc<TempDir>,
}

/// Settings that tests change.
pub(crate) struct Options {
    pub(crate) admin: bool,
    pub(crate) paid_after: Duration,
    pub(crate) shipped_after: Duration,
    pub(crate) retain_orders: u64,
}

impl Default for Options {
    /// The admin routes are served, orders stay placed, and none is removed.
    fn default() -> Self {
        Self { admin: true, paid_after: NEVER, shipped_after: NEVER, retain_orders: u64::MAX }
    }
}

/// Orders advance as fast as they can.
pub(crate) fn quick() -> Options {
    Options { paid_after: Duration::ZERO, shipped_after: Duration::ZERO, ..Options::default() }
}

pub(crate) fn folder() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().expect("a folder"))
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default(), folder()).await
    }

    pub(crate) async fn with(options: Options, folder: Arc<TempDir>) -> Self {
        let config = Config {
            grpc_server_port: 0,
            metrics_port: 0,
            admin_port: options.admin.then_some(0),
            database: database(folder.path()),
            retain_orders: options.retain_orders,
            paid_after: options.paid_after,
            shipped_after: options.shipped_after,
            micro_id: "order-test".into(),
            shutdown_grace: LONG_GRACE,
            http: kit::server::HttpSettings::default(),
            grpc: kit::server::GrpcSettings::default(),
        };
        let metrics = testkit::listener().await;
        let admin = if options.admin { Some(testkit::listener().await) } else { None };
        let url = |listener: &tokio::net::TcpListener| {
            format!("http://{}", listener.local_addr().expect("a bound listener"))
        };
        let (metrics_url, admin_url) = (url(&metrics), admin.as_ref().map(url));
        let registry = order_service::registry(&config).expect("a registry");
        let running = testkit::start(|grpc, shutdown| {
            order_service::run(Listeners { grpc, metrics, admin }, config, registry, shutdown)
        })
        .await;
        Self { running, metrics: metrics_url, admin: admin_url, folder }
    }

    /// The address of the gRPC port.
    pub(crate) fn addr(&self) -> std::net::SocketAddr {
        self.running.addr()
    }

    pub(crate) async fn client(&self) -> Client {
        client(&self.running.url("")).await
    }

    pub(crate) async fn channel(&self) -> Channel {
        channel(&self.running.url("")).await
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        Scrape::get(format!("{}/metrics", self.metrics)).await
    }

    /// The addresses of the HTTP ports: metrics and admin.
    pub(crate) fn http_addrs(&self) -> Vec<std::net::SocketAddr> {
        let urls = [Some(&self.metrics), self.admin.as_ref()].into_iter().flatten();
        urls.map(|url| url.trim_start_matches("http://").parse().expect("an address")).collect()
    }

    /// The URL of a path on the metrics port.
    pub(crate) fn metrics_url(&self, path: &str) -> String {
        format!("{}{path}", self.metrics)
    }

    /// Sends an admin request; returns the status and the body.
    pub(crate) async fn admin(&self, method: reqwest::Method, path: &str) -> (u16, Value) {
        let admin = self.admin.as_ref().expect("there is an admin route");
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let response = http.request(method, format!("{admin}{path}")).send().await.expect("a reply");
        (response.status().as_u16(), response.json().await.expect("JSON"))
    }

    /// Stops the service; the database remains.
    pub(crate) async fn stop(self) -> Arc<TempDir> {
        self.running.stop().await.expect("the service ended well");
        self.folder
    }
}

pub(crate) fn database(folder: &Path) -> std::path::PathBuf {
    folder.join("orders.db")
}

pub(crate) async fn channel(url: &str) -> Channel {
    let endpoint = Channel::from_shared(url.to_owned()).expect("valid address");
    eventually_some(TIMEOUT, async || endpoint.connect().await.ok()).await
}

pub(crate) async fn client(url: &str) -> Client {
    Client::new(channel(url).await)
}

/// Two cups at 2.50.
pub(crate) fn tea(key: &str) -> CreateRequest {
    let item = OrderItem { sku: "tea".into(), quantity: 2, price_cents: 250 };
    CreateRequest { idempotency_key: key.into(), customer: "Ada".into(), items: vec![item] }
}

pub(crate) async fn create(client: &Client, key: &str) -> Record {
    client.clone().create(tea(key)).await.expect("placed").into_inner()
}

pub(crate) async fn get(client: &Client, id: &str) -> Record {
    client.clone().get(GetRequest { id: id.into() }).await.expect("found").into_inner()
}

/// All orders, newest first, in pages of this size.
pub(crate) async fn list(client: &Client, page_size: u32) -> Vec<Record> {
    let (mut orders, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListRequest { page_size, page_token };
        let reply = client.clone().list(request).await.expect("a page").into_inner();
        assert!(reply.orders.len() <= page_size as usize);
        orders.extend(reply.orders);
        page_token = reply.next_page_token;
        if page_token.is_empty() {
            return orders;
        }
    }
}

/// Waits until the order is in this state.
pub(crate) async fn reaches(client: &Client, id: &str, state: State) {
    testkit::eventually(TIMEOUT, async || get(client, id).await.state() == state).await;
}
