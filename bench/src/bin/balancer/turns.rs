//! One proxy after the other, several times over.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::time::timeout;

use crate::client;
use crate::process::{Process, Proxy};
use crate::subject::Subject;

pub(crate) const TURNS: usize = 5;
/// A turn takes a second or two; one that hangs ends the program.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a turn goes.
pub(crate) struct Target {
    /// None is past all proxies.
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

    /// What a client connects to.
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
    /// Connections at once.
    pub(crate) fn callers(self) -> usize {
        match self {
            Self::Bytes => 4,
            Self::Connections | Self::RoundTrips => 32,
        }
    }

    /// What each does in a turn: bytes, connections, round trips.
    pub(crate) fn times(self) -> usize {
        match self {
            Self::Bytes => 512 << 20,
            Self::Connections => 300,
            Self::RoundTrips => 2_000,
        }
    }

    /// What is tuned for many bytes is compared by them alone.
    fn takes(self, subject: Option<Subject>) -> bool {
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

/// What each turn took.
pub(crate) struct Measured {
    pub(crate) subject: Option<Subject>,
    /// Of the processor, by what the client connects to.
    pub(crate) cpu: Vec<Duration>,
    pub(crate) time: Vec<Duration>,
}

/// Every target once in each turn.
pub(crate) async fn run(measure: Measure, targets: &[Target]) -> anyhow::Result<Vec<Measured>> {
    let taking_part = || targets.iter().filter(|target| measure.takes(target.subject));
    let new = |target: &Target| Measured { subject: target.subject, cpu: Vec::new(), time: Vec::new() };
    let mut measured: Vec<_> = taking_part().map(new).collect();
    for _ in 0..TURNS {
        for (target, measured) in taking_part().zip(&mut measured) {
            let process = target.process();
            let before = process.cpu()?;
            let begun = Instant::now();
            let name = target.subject.map_or("direct", Subject::name);
            timeout(PATIENCE, measure.run(process.address)).await.context(name)?.context(name)?;
            measured.time.push(begun.elapsed());
            measured.cpu.push(process.cpu()? - before);
        }
    }
    Ok(measured)
}
