//! The program itself, as a child process.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use testkit::eventually_some;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tonic::transport::Channel;

use super::PATIENCE;

/// Killed when dropped.
pub(crate) struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
}

/// The program with these variables and no other settings.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_echo-server"));
    command.env_clear().envs(variables.iter().copied()).kill_on_drop(true);
    command
}

impl Program {
    /// Starts it on a free port, if `variables` has none, and reads its log.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = command(&[("GRPC_SERVER_PORT", "0")])
            .envs(variables.iter().copied())
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
        Self { child, lines }
    }

    pub(crate) async fn channel(&self) -> Channel {
        let line = self.logged("listening").await;
        let address = line["address"].as_str().expect("an address").replace("0.0.0.0", "127.0.0.1");
        let endpoint = Channel::from_shared(format!("http://{address}")).expect("valid address");
        endpoint.connect().await.expect("program accepts connections")
    }

    /// The log lines with this message, so far.
    pub(crate) fn log(&self, message: &str) -> Vec<Value> {
        let lines = self.lines.lock().expect("not poisoned");
        lines.iter().filter(|line| line["message"] == message).cloned().collect()
    }

    /// The first log line with this message, now or soon.
    pub(crate) async fn logged(&self, message: &str) -> Value {
        eventually_some(PATIENCE, async || self.log(message).into_iter().next()).await
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().expect("still running").to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill runs");
        assert!(sent.success(), "kill: {sent}");
        self.child.wait().await.expect("program ends")
    }
}
