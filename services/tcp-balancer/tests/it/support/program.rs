//! The program as a child process.

use std::fs;
use std::net::SocketAddr;

use tempfile::NamedTempFile;
use testkit::Program;
use tokio::process::Command;

/// The running program and its configuration file.
pub(crate) struct Process {
    pub(crate) program: Program,
    file: NamedTempFile,
}

/// The program's command with exactly these environment variables.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    testkit::command(env!("CARGO_BIN_EXE_tcp-balancer"), variables)
}

pub(crate) fn file(config: &str) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    fs::write(&file, config).expect("written");
    file
}

impl Process {
    /// Starts the program with this configuration, and REST on a free port.
    pub(crate) fn start(config: &str) -> Self {
        let file = file(config);
        let program = Program::start(command(&[("REST_PORT", "0")]).env("CONFIG", file.path()));
        Self { program, file }
    }

    /// Replaces the configuration file.
    pub(crate) fn write(&self, config: &str) {
        fs::write(&self.file, config).expect("written");
    }

    /// The address that `hello` listens on.
    pub(crate) async fn balancer(&self) -> SocketAddr {
        let is_listening =
            |line: &serde_json::Value| line["message"] == "listening" && line["server"] == "hello";
        let line = self.program.line(is_listening).await;
        line["address"].as_str().and_then(|address| address.parse().ok()).expect("an address")
    }
}
