//! A service's program as a child process.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::eventually_some;

/// Maximum time to wait for a line, generous enough for a busy machine.
const LINE_TIMEOUT: Duration = Duration::from_secs(30);

/// A running program and what it wrote to stdout: one JSON value per line. It is killed on drop.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    stop_reading: CancellationToken,
    /// Returns stdout when it stops, so that the pipe stays open.
    reader: JoinHandle<BufReader<ChildStdout>>,
}

/// A command for a program whose environment has only these variables: `command(env!("CARGO_BIN_EXE_…"), &[…])`.
///
/// The program does not outlive its test, even if that is killed: the kernel kills it when the thread that started it
/// ends.
#[must_use]
pub fn command(binary: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", binary])
        .env_clear()
        .envs(variables.iter().copied())
        .kill_on_drop(true);
    command
}

/// Runs a program that fails, and returns its stderr.
///
/// # Panics
/// If it exits with 0.
pub async fn failure_message(command: &mut Command) -> String {
    let output = command.output().await.expect("program runs");
    assert!(!output.status.success(), "{:?}", output.status);
    String::from_utf8(output.stderr).expect("stderr is UTF-8")
}

// === impl Program ===

impl Program {
    /// Starts the program and reads its stdout.
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (lines, stop_reading) = (Arc::default(), CancellationToken::new());
        let (read_lines, stop) = (Arc::clone(&lines), stop_reading.clone());
        let reader = tokio::spawn(async move {
            stop.run_until_cancelled(read(&mut stdout, &read_lines)).await;
            stdout
        });
        Self { child, lines, stop_reading, reader }
    }

    /// All lines so far.
    ///
    /// # Panics
    /// If a line was not JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.lines.lock().expect("not poisoned").clone()
    }

    /// The log lines with this message, so far.
    #[must_use]
    pub fn log(&self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }

    /// Waits for the first line that matches.
    ///
    /// # Panics
    /// At the caller's line, if no line matches within 30 seconds.
    #[track_caller]
    pub fn line(&self, matches: impl Fn(&Value) -> bool) -> impl Future<Output = Value> {
        eventually_some(LINE_TIMEOUT, async move || self.lines().into_iter().find(&matches))
    }

    /// Waits for the first log line with this message.
    ///
    /// # Panics
    /// As [`Program::line`].
    #[track_caller]
    pub fn logged(&self, message: &str) -> impl Future<Output = Value> {
        self.line(move |line| line["message"] == message)
    }

    /// Waits until the program listens on the port of this flag; returns the port at 127.0.0.1.
    ///
    /// # Panics
    /// As [`Program::line`].
    #[track_caller]
    pub fn addr(&self, flag: &str) -> impl Future<Output = SocketAddr> {
        let line = self.line(move |line| line["message"] == "listening" && line["flag"] == flag);
        async move {
            let line = line.await;
            let bound: SocketAddr =
                line["address"].as_str().and_then(|it| it.parse().ok()).expect("an address");
            SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port()))
        }
    }

    /// As [`Program::addr`], as the URL `http://127.0.0.1:PORT` followed by `path`.
    ///
    /// # Panics
    /// As [`Program::line`].
    #[track_caller]
    pub fn url(&self, flag: &str, path: &str) -> impl Future<Output = String> {
        let addr = self.addr(flag);
        async move { format!("http://{}{path}", addr.await) }
    }

    /// Stops reading stdout without closing it, so that the program's output fills the pipe.
    pub fn stop_reading(&self) {
        self.stop_reading.cancel();
    }

    /// The process id.
    ///
    /// # Panics
    /// If the program has been waited for.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("still running")
    }

    /// Sends SIGHUP.
    ///
    /// # Panics
    /// If the program has exited.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Sends SIGTERM, waits until the program exits, and reads its remaining output.
    ///
    /// # Panics
    /// If the program had exited before, or a line was not JSON.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        let status = self.child.wait().await.expect("program exits");
        (&mut self.reader).await.expect("each line is JSON");
        status
    }

    /// Sends SIGKILL and waits until the program has ended.
    ///
    /// # Panics
    /// If the program cannot be killed.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("killed");
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(id, signal).expect("still running");
    }
}

async fn read(stdout: &mut BufReader<ChildStdout>, lines: &Mutex<Vec<Value>>) {
    let mut line = Vec::new();
    while stdout.read_until(b'\n', &mut line).await.expect("a readable pipe") > 0 {
        // The last line may be incomplete if the program was killed.
        if line.ends_with(b"\n") {
            // Locked before parsing: a panic then poisons the mutex and fails whoever waits for lines.
            let mut lines = lines.lock().expect("not poisoned");
            lines.push(serde_json::from_slice(&line).expect("valid JSON"));
        }
        line.clear();
    }
}
