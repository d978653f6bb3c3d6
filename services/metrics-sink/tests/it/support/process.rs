//! The sink as a process of its own.

use std::net::SocketAddr;

use testkit::Program;
use tokio::process::Command;

pub(crate) struct Process {
    pub(crate) program: Program,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
}

impl Process {
    /// Starts one on free ports, with these flags.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let program = Program::start(command(&[]).args(["--grpc-port=0", "--http-port=0"]).args(flags));
        let (grpc, http) = (program.addr("--grpc-port").await, program.addr("--http-port").await);
        Self { program, grpc, http }
    }

    /// The most resident memory that it ever had, in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.program.id());
        let status = std::fs::read_to_string(path).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux has it");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }
}

/// The binary with these variables and no other settings.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_metrics-sink"), variables)
}
