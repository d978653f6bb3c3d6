//! The program itself, as a child process.

use std::fs;
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::NamedTempFile;
use testkit::eventually_some;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::PATIENCE;

/// Killed when dropped.
pub(crate) struct Program {
    child: Child,
    file: NamedTempFile,
    lines: Arc<Mutex<Vec<Value>>>,
}

/// The program with these variables and no other settings.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tcp-balancer"));
    command.env_clear().envs(variables.iter().copied()).kill_on_drop(true);
    command
}

impl Program {
    /// Starts it with this configuration, REST on a free port, and reads its log.
    pub(crate) fn start(config: &str) -> Self {
        let file = NamedTempFile::new().expect("a file");
        fs::write(&file, config).expect("written");
        let mut child = command(&[("REST_PORT", "0")])
            .env("CONFIG", file.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("program starts");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = lines.clone();
        let mut log = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        tokio::spawn(async move {
            while let Some(line) = log.next_line().await.expect("log is UTF-8") {
                let line = serde_json::from_str(&line).expect("a log line is JSON");
                seen.lock().expect("not poisoned").push(line);
            }
        });
        Self { child, file, lines }
    }

    pub(crate) fn write(&self, config: &str) {
        fs::write(&self.file, config).expect("written");
    }

    /// `http://127.0.0.1:PORT` of REST.
    pub(crate) async fn rest(&self) -> String {
        let line = self.logged("listening", "flag").await;
        format!("http://{}", line["address"].as_str().expect("an address").replace("0.0.0.0", "127.0.0.1"))
    }

    /// Where its server listens.
    pub(crate) async fn balancer(&self) -> SocketAddr {
        let line = self.logged("listening", "server").await;
        line["address"].as_str().and_then(|address| address.parse().ok()).expect("an address")
    }

    /// The first log line with this message and field, now or soon.
    pub(crate) async fn logged(&self, message: &str, field: &str) -> Value {
        let matches = |line: &&Value| line["message"] == message && line.get(field).is_some();
        eventually_some(PATIENCE, async || {
            self.lines.lock().expect("not poisoned").iter().find(matches).cloned()
        })
        .await
    }

    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("still running").to_string();
        let sent = Command::new("kill").args([name, &pid]).status().await.expect("kill runs");
        assert!(sent.success(), "kill: {sent}");
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        self.signal("-TERM").await;
        self.child.wait().await.expect("program ends")
    }
}
