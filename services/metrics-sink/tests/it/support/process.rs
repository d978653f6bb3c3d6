//! The sink as a process of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub(crate) struct Process {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: SocketAddr,
}

impl Process {
    /// Starts one on free ports, with these flags.
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let mut child = command()
            .args(["--grpc-port=0", "--http-port=0"])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped")).lines();
        let grpc = listening(&mut stdout, "--grpc-port").await;
        let http = listening(&mut stdout, "--http-port").await;
        Self { grpc, http, child, stdout }
    }

    /// The next line that has this in it, and those before it.
    pub(crate) async fn lines_until(&mut self, part: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.stdout.next_line().await.expect("readable").expect("there is such a line");
            lines.push(line);
            if lines.last().expect("pushed").contains(part) {
                return lines;
            }
        }
    }

    /// SIGTERM; what is left of stdout, and how it ended.
    pub(crate) async fn terminate(mut self) -> (Vec<String>, ExitStatus) {
        let id = self.child.id().expect("it runs").to_string();
        Command::new("kill").arg(id).status().await.expect("it runs");
        let mut lines = Vec::new();
        while let Some(line) = self.stdout.next_line().await.expect("readable") {
            lines.push(line);
        }
        (lines, self.child.wait().await.expect("it ends"))
    }

    /// The most resident memory that it ever had, in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.id().expect("it runs"));
        let status = std::fs::read_to_string(path).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux has it");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }
}

/// Where it listens, as its next log line says.
async fn listening(stdout: &mut Lines<BufReader<ChildStdout>>, flag: &str) -> SocketAddr {
    let line = stdout.next_line().await.expect("readable").expect("a line");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!((line["message"].as_str(), line["flag"].as_str()), (Some("listening"), Some(flag)));
    let bound: SocketAddr = line["address"].as_str().expect("an address").parse().expect("an address");
    SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port()))
}

/// The binary, with nothing of this environment's settings. It does not outlive its test, however that ends: the kernel
/// kills it when the thread that started it is gone.
pub(crate) fn command() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", env!("CARGO_BIN_EXE_metrics-sink")]).env_clear().kill_on_drop(true);
    command
}
