//! The program itself, as a child process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use testkit::eventually_some;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{Client, PATIENCE, client, database};

/// Killed when dropped.
pub(crate) struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
}

/// The program with no settings but these variables. It does not outlive its test, however that ends: the kernel kills
/// it when the thread that started it is gone.
pub(crate) fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", env!("CARGO_BIN_EXE_order-service")]);
    command.env_clear().envs(variables.iter().copied()).kill_on_drop(true);
    command
}

impl Program {
    /// Starts it on free ports, with its database in that folder, and reads its log.
    pub(crate) fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut child = command(&[("GRPC_SERVER_PORT", "0"), ("METRICS_PORT", "0"), ("ADMIN_PORT", "0")])
            .env("DATABASE", database(folder))
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("program starts");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = lines.clone();
        let mut log = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        tokio::spawn(async move {
            // A line may be cut off where the program is killed.
            while let Ok(Some(line)) = log.next_line().await {
                if let Ok(line) = serde_json::from_str(&line) {
                    seen.lock().expect("not poisoned").push(line);
                }
            }
        });
        Self { child, lines }
    }

    /// Where it listens for what the flag is of.
    pub(crate) async fn url(&self, flag: &str) -> String {
        let line = eventually_some(PATIENCE, async || {
            self.log("listening").into_iter().find(|line| line["flag"] == flag)
        })
        .await;
        let bound: SocketAddr = line["address"].as_str().expect("an address").parse().expect("an address");
        format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port())))
    }

    pub(crate) async fn client(&self) -> Client {
        client(&self.url("--grpc-server-port").await).await
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

    /// SIGKILL: there is no last word.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }
}
