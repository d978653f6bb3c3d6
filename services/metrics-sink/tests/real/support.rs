//! The sink's program, and Envoys that flush to it.

use std::net::SocketAddr;
use std::time::Duration;

use testkit::envoy::{Config, Envoy};
use testkit::{Program, Scrape, command, eventually};

/// Limit for each condition a test waits for; enough on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// A sink in a process of its own.
pub(crate) struct Sink {
    pub(crate) program: Program,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
}

impl Sink {
    /// Starts the program with these flags; on free ports, if they do not name any.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let mut command = command(env!("CARGO_BIN_EXE_metrics-sink"), &[]);
        for port in ["--grpc-port", "--http-port"] {
            if !flags.iter().any(|flag| flag.starts_with(port)) {
                command.arg(format!("{port}=0"));
            }
        }
        let program = Program::start(command.args(flags));
        let (grpc, http) = (program.addr("--grpc-port").await, program.addr("--http-port").await);
        Self { program, grpc, http }
    }

    pub(crate) async fn scrape(&self, path: &str) -> Scrape {
        Scrape::get(format!("http://{}{path}", self.http)).await
    }

    /// The configuration of an Envoy that flushes to this sink.
    pub(crate) fn config(&self, id: &str) -> Config {
        Config { id: id.into(), sink_port: self.grpc.port(), ..Config::default() }
    }

    /// The value of a metric of node `id`; 0 before its first flush.
    pub(crate) async fn node(&self, metric: &str, id: &str) -> f64 {
        self.scrape("/metrics").await.sum(metric, &[("instance", id)])
    }

    pub(crate) async fn refused(&self, reason: &str) -> f64 {
        self.scrape("/metrics").await.value("metrics_sink_refused_total", &[("reason", reason)])
    }

    /// Starts an Envoy that flushes to this sink, and waits for its first flush.
    pub(crate) async fn envoy(&self, id: &str) -> Envoy {
        let envoy = Envoy::start(&self.config(id)).await;
        eventually(TIMEOUT, async || {
            self.scrape("/envoy/metrics").await.has("envoy_server_live", &[("instance", id)])
        })
        .await;
        envoy
    }
}
