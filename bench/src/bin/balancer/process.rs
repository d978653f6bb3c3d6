//! A program that is measured, or serves the measurement: started, looked at through /proc, ended by its id.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use procfs::process::{Process as Seen, all_processes};
use procfs::{page_size, ticks_per_second};
use rustix::process::{Pid, Signal, kill_process};

use crate::subject::Subject;

/// For a start, and for an end.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Process {
    /// The far end.
    pub(crate) fn origin() -> anyhow::Result<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).arg("origin").stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().context("piped")?).read_line(&mut port)?;
        let address = (Ipv4Addr::LOCALHOST, port.trim().parse()?).into();
        Ok(Self { child, address })
    }

    /// Time of the processor that it and its children have used.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let ticks: u64 = self.family()?.iter().map(|stat| stat.utime + stat.stime).sum();
        Ok(Duration::from_secs_f64(ticks as f64 / ticks_per_second() as f64))
    }

    /// Bytes of memory that it and its children hold.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        Ok(self.family()?.iter().map(|stat| stat.rss * page_size()).sum())
    }

    fn family(&self) -> anyhow::Result<Vec<procfs::process::Stat>> {
        let pid = self.child.id().cast_signed();
        let mut family = vec![Seen::new(pid)?.stat()?];
        // A process that ends meanwhile is none of these.
        family.extend(
            all_processes()?
                .flatten()
                .filter_map(|process| process.stat().ok())
                .filter(|stat| stat.ppid == pid),
        );
        Ok(family)
    }
}

/// A proxy before a far end of its own: connections that are over keep no port from another's.
pub(crate) struct Proxy {
    pub(crate) process: Process,
    pub(crate) origin: Process,
}

impl Proxy {
    /// Starts both; done as soon as the proxy takes connections. What it says is in `directory`.
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
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if child.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
                let _ = child.kill();
                bail!("{} does not listen; it said: {}", subject.name(), fs::read_to_string(log)?.trim());
            }
            thread::sleep(PAUSE);
        }
        Ok(Self { process: Process { child, address }, origin })
    }
}

/// A port that nobody has at the moment.
fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

impl Drop for Process {
    /// Asks it to end, as its children end with it then; kills it only if it does not.
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let begun = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if begun.elapsed() > PATIENCE {
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
            thread::sleep(PAUSE);
        }
    }
}
