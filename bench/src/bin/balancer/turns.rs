//! Measures all targets in turns, so that a change in the machine's load affects all of them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::timeout;

use crate::client;
use crate::process::{Process, Proxy};
use crate::subject::Subject;

pub(crate) const TURNS: usize = 5;
/// Timeout of a turn, which takes a second or two.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);

/// A proxy, or an origin without a proxy in front.
pub(crate) struct Target {
    /// `None` without a proxy.
    pub(crate) subject: Option<Subject>,
    end: End,
}

enum End {
    Origin(Process),
    Proxy(Proxy),
}

impl Target {
    pub(crate) fn direct() -> anyhow::Result<Self> {
        Ok(Self { subject: None, end: End::Origin(Process::origin()?) })
    }

    pub(crate) fn through(subject: Subject, proxy: Proxy) -> Self {
        Self { subject: Some(subject), end: End::Proxy(proxy) }
    }

    /// The process that clients connect to.
    fn process(&self) -> &Process {
        match &self.end {
            End::Origin(origin) => origin,
            End::Proxy(proxy) => &proxy.process,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Measure {
    Bytes,
    Connections,
    RoundTrips,
}

impl Measure {
    /// Number of concurrent connections.
    pub(crate) fn callers(self) -> usize {
        match self {
            Self::Bytes => 4,
            Self::Connections | Self::RoundTrips => 32,
        }
    }

    /// Bytes, connections or round trips of each caller in a turn.
    pub(crate) fn times(self) -> usize {
        match self {
            Self::Bytes => 512 << 20,
            Self::Connections => 300,
            Self::RoundTrips => 2_000,
        }
    }

    /// Whether the measure applies. Proxies that are tuned for bulk transfer are measured for bytes only.
    fn includes(self, subject: Option<Subject>) -> bool {
        matches!(self, Self::Bytes) || subject.is_none_or(Subject::is_default)
    }

    async fn run(self, to: SocketAddr) -> anyhow::Result<()> {
        let (callers, times) = (self.callers(), self.times());
        match self {
            Self::Bytes => client::transfer(to, callers, times as u64).await,
            Self::Connections => client::connections(to, callers, times).await,
            Self::RoundTrips => client::round_trips(to, callers, times).await,
        }
    }
}

/// The results of a target, by turn.
pub(crate) struct Measured {
    pub(crate) subject: Option<Subject>,
    /// CPU time of the process that clients connect to.
    pub(crate) cpu: Vec<Duration>,
    /// Wall-clock time.
    pub(crate) time: Vec<Duration>,
}

/// Measures every target once in each turn.
pub(crate) async fn run(measure: Measure, targets: &[Target]) -> anyhow::Result<Vec<Measured>> {
    let included = || targets.iter().filter(|target| measure.includes(target.subject));
    let new = |target: &Target| Measured { subject: target.subject, cpu: Vec::new(), time: Vec::new() };
    let mut measured: Vec<_> = included().map(new).collect();
    for _ in 0..TURNS {
        for (target, measured) in included().zip(&mut measured) {
            let process = target.process();
            let before = process.cpu()?;
            let start = Instant::now();
            let name = target.subject.map_or("direct", Subject::name);
            timeout(TURN_TIMEOUT, measure.run(process.address)).await.context(name)?.context(name)?;
            measured.time.push(start.elapsed());
            measured.cpu.push(process.cpu()? - before);
        }
    }
    Ok(measured)
}
