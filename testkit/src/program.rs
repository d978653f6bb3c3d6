//! A service's real program, as a child process.

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

/// Longer than a program takes to say something, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that runs, and what it has written to stdout: JSON, a value a line. Killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    unread: CancellationToken,
    /// Gives stdout back, so that it stays open.
    reader: JoinHandle<BufReader<ChildStdout>>,
}

/// A program with no settings but these variables, to be started or run: `command(env!("CARGO_BIN_EXE_…"), &[…])`.
///
/// It does not outlive its test, however that ends: the kernel kills it when the thread that started it is gone.
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

/// What a program says to stderr before it fails.
///
/// # Panics
/// If it does not fail.
pub async fn complaint(command: &mut Command) -> String {
    let output = command.output().await.expect("program runs");
    assert!(!output.status.success(), "{:?}", output.status);
    String::from_utf8(output.stderr).expect("stderr is UTF-8")
}

// === impl Program ===

impl Program {
    /// Starts it, and reads its stdout from then on.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (lines, unread) = (Arc::default(), CancellationToken::new());
        let (seen, stop) = (Arc::clone(&lines), unread.clone());
        let reader = tokio::spawn(async move {
            stop.run_until_cancelled(read(&mut stdout, &seen)).await;
            stdout
        });
        Self { child, lines, unread, reader }
    }

    /// All lines so far.
    ///
    /// # Panics
    /// If a line was no JSON.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.lines.lock().expect("not poisoned").clone()
    }

    /// The log lines with this message, so far.
    #[must_use]
    pub fn log(&self, message: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["message"] == message).collect()
    }

    /// The first line of that sort, now or soon.
    ///
    /// # Panics
    /// At the caller's line, if there is none in 30 s.
    #[track_caller]
    pub fn line(&self, is_it: impl Fn(&Value) -> bool) -> impl Future<Output = Value> {
        eventually_some(PATIENCE, async move || self.lines().into_iter().find(&is_it))
    }

    /// The first log line with this message, now or soon.
    ///
    /// # Panics
    /// As [`Program::line`].
    #[track_caller]
    pub fn logged(&self, message: &str) -> impl Future<Output = Value> {
        self.line(move |line| line["message"] == message)
    }

    /// Where it listens for what this flag is of, at 127.0.0.1.
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

    /// `http://127.0.0.1:PORT` of this flag, and the path.
    ///
    /// # Panics
    /// As [`Program::line`].
    #[track_caller]
    pub fn url(&self, flag: &str, path: &str) -> impl Future<Output = String> {
        let addr = self.addr(flag);
        async move { format!("http://{}{path}", addr.await) }
    }

    /// Reads no more of its stdout, which stays open: what it writes fills the pipe.
    pub fn leave_unread(&self) {
        self.unread.cancel();
    }

    /// Its process id.
    ///
    /// # Panics
    /// If it has been waited for.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("still running")
    }

    /// Sends SIGHUP.
    ///
    /// # Panics
    /// If it has ended.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Sends SIGTERM and waits for the end, of it and of what it wrote.
    ///
    /// # Panics
    /// If it has ended before, or a line was no JSON.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        let status = self.child.wait().await.expect("program ends");
        (&mut self.reader).await.expect("each line is JSON");
        status
    }

    /// SIGKILL: there is no last word.
    ///
    /// # Panics
    /// If it cannot be killed.
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
    while stdout.read_until(b'\n', &mut line).await.expect("a pipe can be read") > 0 {
        // The last line may be cut off where the program is killed.
        if line.ends_with(b"\n") {
            // Locked before: what is no JSON also fails those who look for lines.
            let mut lines = lines.lock().expect("not poisoned");
            lines.push(serde_json::from_slice(&line).expect("a line is JSON"));
        }
        line.clear();
    }
}
