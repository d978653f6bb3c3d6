//! A sink under test, and Envoys that flush to it.

pub(crate) mod client;
pub(crate) mod messages;
pub(crate) mod process;
pub(crate) mod store;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use metrics_sink::{Config, Listeners};
use prometheus::Registry;
use testkit::{Running, Scrape, eventually};

use client::EnvoyStream;

/// Longer than anything here takes, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    config: Config,
}

/// A sink in this process.
pub(crate) struct Sink {
    grpc: Running<()>,
    http: SocketAddr,
}

impl Sink {
    /// Starts one with these flags.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let config = Cli::parse_from(["metrics-sink"].iter().chain(flags)).config;
        let http = testkit::listener().await;
        let address = http.local_addr().expect("bound");
        let grpc = testkit::start(|grpc, shutdown| async move {
            let listeners = Listeners { grpc, http };
            metrics_sink::run(listeners, config, Registry::new(), shutdown).await.expect("it starts");
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

    /// A new connection, with a stream on it.
    pub(crate) async fn stream(&self) -> EnvoyStream {
        EnvoyStream::open(self.grpc()).await
    }

    /// What Prometheus sees of the Envoys.
    pub(crate) async fn envoys(&self) -> Scrape {
        Scrape::get(format!("http://{}/envoy/metrics", self.http)).await
    }

    /// What it sees of the sink.
    pub(crate) async fn own(&self) -> Scrape {
        Scrape::get(format!("http://{}/metrics", self.http)).await
    }

    pub(crate) async fn refused(&self, reason: &str) -> f64 {
        self.own().await.value("metrics_sink_refused_total", &[("reason", reason)])
    }

    /// Waits until so many messages have been taken, since the start.
    pub(crate) async fn has_taken(&self, messages: u32) {
        eventually(PATIENCE, async || {
            self.own().await.value("metrics_sink_messages_total", &[]) >= f64::from(messages)
        })
        .await;
    }

    pub(crate) async fn stop(self) {
        self.grpc.stop().await;
    }
}
