//! Child processes: the proxies, and the origins behind them. Their CPU time and memory come from /proc.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use procfs::process::{Process as ProcEntry, all_processes};
use procfs::{page_size, ticks_per_second};
use rustix::process::{Pid, Signal, kill_process};

use crate::subject::Subject;

/// Timeout for a process to listen after its start, and to exit after SIGTERM.
const PROCESS_TIMEOUT: Duration = Duration::from_secs(10);
/// Interval between two checks for either.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

pub(crate) struct Process {
    child: Child,
    /// The address on which it listens.
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts an origin.
    pub(crate) fn origin() -> anyhow::Result<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).arg("origin").stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().context("piped")?).read_line(&mut port)?;
        let address = (Ipv4Addr::LOCALHOST, port.trim().parse()?).into();
        Ok(Self { child, address })
    }

    /// CPU time of the process and its children.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let ticks: u64 = self.family()?.iter().map(|stat| stat.utime + stat.stime).sum();
        Ok(Duration::from_secs_f64(ticks as f64 / ticks_per_second() as f64))
    }

    /// Resident memory of the process and its children, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        Ok(self.family()?.iter().map(|stat| stat.rss * page_size()).sum())
    }

    fn family(&self) -> anyhow::Result<Vec<procfs::process::Stat>> {
        let pid = self.child.id().cast_signed();
        let mut family = vec![ProcEntry::new(pid)?.stat()?];
        // Processes that exit during the scan are skipped.
        family.extend(
            all_processes()?
                .flatten()
                .filter_map(|process| process.stat().ok())
                .filter(|stat| stat.ppid == pid),
        );
        Ok(family)
    }
}

/// A proxy with an origin of its own, so that ports in `TIME_WAIT` do not affect other proxies.
pub(crate) struct Proxy {
    pub(crate) process: Process,
    pub(crate) origin: Process,
}

impl Proxy {
    /// Starts both, and returns once the proxy accepts connections. Its configuration and log are in `directory`.
    pub(crate) fn start(
        program: &Path,
        subject: Subject,
        directory: &Path,
        connections: usize,
    ) -> anyhow::Result<Self> {
        let origin = Process::origin()?;
        let address = free_port()?;
        let configuration = directory.join(format!("{}.conf", address.port()));
        let log = directory.join(format!("{}.log", address.port()));
        fs::write(&configuration, subject.configuration(address, origin.address, connections, directory)?)?;
        let output = fs::File::create(&log)?;
        let mut child = subject
            .command(program, &configuration)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            if child.try_wait()?.is_some() || start.elapsed() > PROCESS_TIMEOUT {
                let _ = child.kill();
                bail!("{} does not listen; it said: {}", subject.name(), fs::read_to_string(log)?.trim());
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(Self { process: Process { child, address }, origin })
    }
}

/// A loopback address whose port is free at the moment.
fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

impl Drop for Process {
    /// Sends SIGTERM, on which the process also stops its children, and SIGKILL after the timeout.
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if start.elapsed() > PROCESS_TIMEOUT {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
            thread::sleep(POLL_INTERVAL);
        }
    }
}
