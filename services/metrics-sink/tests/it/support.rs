//! A sink under test, Envoys that flush to it, and a store without a server.

pub(crate) mod client;
pub(crate) mod messages;
pub(crate) mod process;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use metrics_sink::refusal::Refusals;
use metrics_sink::state::format::{self, Writer};
use metrics_sink::store::{Identity, Limits, Store, Stream, Temporality};
use metrics_sink::{Listeners, Settings};
use prometheus::Registry;
use testkit::{Running, Scrape, eventually};

use client::EnvoyStream;

/// Limit for each condition a test waits for; enough on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// The memory limit of [`store`], in bytes.
pub(crate) const STORE_BYTES: usize = 256 * 1024;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
}

/// A sink in this process.
pub(crate) struct Sink {
    grpc: Running<()>,
    http: SocketAddr,
}

impl Sink {
    /// Starts a sink with these flags.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let settings = Cli::parse_from(["metrics-sink"].iter().chain(flags)).settings;
        let http = testkit::listener().await;
        let address = http.local_addr().expect("bound");
        let grpc = testkit::start(|grpc, shutdown| async move {
            let listeners = Listeners { grpc, http };
            metrics_sink::run(listeners, settings, Registry::new(), shutdown).await.expect("starts");
        })
        .await;
        Self { grpc, http: address }
    }

    pub(crate) fn grpc(&self) -> SocketAddr {
        self.grpc.addr()
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.http
    }

    /// Opens a connection and a stream on it.
    pub(crate) async fn stream(&self) -> EnvoyStream {
        EnvoyStream::open(self.grpc()).await
    }

    /// Scrapes `/envoy/metrics`.
    pub(crate) async fn envoy_metrics(&self) -> Scrape {
        scrape(self.http, "/envoy/metrics").await
    }

    /// Scrapes `/metrics`.
    pub(crate) async fn self_metrics(&self) -> Scrape {
        scrape(self.http, "/metrics").await
    }

    pub(crate) async fn refused(&self, reason: &str) -> f64 {
        self.self_metrics().await.value("metrics_sink_refused_total", &[("reason", reason)])
    }

    /// The value of a metric of node `id`.
    pub(crate) async fn node(&self, metric: &str, id: &str) -> f64 {
        self.self_metrics().await.value(metric, &[("job", "envoy"), ("instance", id)])
    }

    /// Waits until the sink has accepted this many messages since its start.
    pub(crate) async fn wait_for_messages(&self, count: u32) {
        eventually(TIMEOUT, async || {
            self.self_metrics().await.value("metrics_sink_messages_total", &[]) >= f64::from(count)
        })
        .await;
    }

    pub(crate) async fn stop(self) {
        self.grpc.stop().await;
    }
}

async fn scrape(http: SocketAddr, path: &str) -> Scrape {
    Scrape::get(format!("http://{http}{path}")).await
}

/// The limits of [`store`].
pub(crate) fn limits() -> Limits {
    Limits {
        series: 10_000,
        bytes: STORE_BYTES,
        nodes: 1,
        label_bytes: 1024,
        stale_after: Duration::from_secs(1),
        age_retention: Duration::from_secs(60),
        page_timeout: Duration::from_secs(60),
    }
}

/// A store for one node.
pub(crate) fn store(page_timeout: Duration) -> Arc<Store> {
    store_with(Limits { page_timeout, ..limits() }, Temporality::Cumulative)
}

/// A store with these limits.
pub(crate) fn store_with(limits: Limits, temporality: Temporality) -> Arc<Store> {
    let refusals = Refusals::register(&Registry::new()).unwrap();
    Arc::new(Store::new(limits, temporality, Arc::new(refusals)))
}

/// A store that continues the state file of another one.
pub(crate) fn continued(store: &Store, limits: Limits, temporality: Temporality) -> Arc<Store> {
    let mut file = Writer::start(Vec::new(), u64::MAX).unwrap();
    store.save(|part| file.add(part)).unwrap();
    let (file, _) = file.finish().unwrap();
    let store = store_with(limits, temporality);
    assert_eq!(store.restore(format::read(&file[..], u64::MAX).unwrap()), 0);
    store
}

/// A stream of the node.
pub(crate) fn open_stream(store: &Arc<Store>) -> Stream {
    open_stream_of(store, "e")
}

/// A stream of node `id`.
pub(crate) fn open_stream_of(store: &Arc<Store>, id: &str) -> Stream {
    store.open(Identity { job: "envoy".into(), instance: id.into() }).unwrap()
}

/// The page of a store.
pub(crate) fn page_text(store: &Store) -> String {
    let page: Vec<u8> = store.page().flat_map(|chunk| chunk.unwrap()).collect();
    String::from_utf8(page).unwrap()
}
