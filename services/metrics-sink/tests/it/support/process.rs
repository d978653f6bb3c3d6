//! A sink in a process of its own.

use std::net::SocketAddr;

use testkit::{Program, Scrape};
use tokio::process::Command;

use super::scrape;

pub(crate) struct Process {
    pub(crate) program: Program,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
}

impl Process {
    /// Starts the program on free ports with these flags.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let program = Program::start(command(&[]).args(["--grpc-port=0", "--http-port=0"]).args(flags));
        let (grpc, http) = (program.addr("--grpc-port").await, program.addr("--http-port").await);
        Self { program, grpc, http }
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

    /// The peak of the resident memory, in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.program.id());
        let status = std::fs::read_to_string(path).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a VmHWM line");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }
}

/// The program's command with these environment variables and no other settings.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_metrics-sink"), variables)
}
