//! Shortages of the balancer's own resources: file descriptors, memory, ports and threads. They say nothing about a backend
//! or a name.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use rustix::io::Errno;
use tokio::time::{Instant, sleep_until};

/// How long to wait before the next attempt, and how long accepting pauses.
pub(crate) const RETRY_DELAY: Duration = Duration::from_millis(50);
/// A shortage belongs to the same burst as the one before if it follows within this time.
const BURST_GAP: Duration = Duration::from_secs(10);

/// A resource of which the balancer has none left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// File descriptors, of the process or of the system.
    Files,
    /// Memory for sockets.
    Memory,
    /// Local ports for connections to one address.
    Ports,
    /// Threads, on which the system's resolver runs.
    Threads,
}

/// The shortages so far.
#[derive(Debug, Default)]
pub(crate) struct Shortages {
    counts: [AtomicU64; Shortage::ALL.len()],
    last: Mutex<[Option<Instant>; Shortage::ALL.len()]>,
}

impl Shortage {
    pub(crate) const ALL: [Self; 4] = [Self::Files, Self::Memory, Self::Ports, Self::Threads];

    /// The shortage that the error of a system call reports, if it reports one.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        match Errno::from_io_error(error)? {
            Errno::MFILE | Errno::NFILE => Some(Self::Files),
            Errno::NOMEM | Errno::NOBUFS => Some(Self::Memory),
            Errno::ADDRNOTAVAIL => Some(Self::Ports),
            _ => None,
        }
    }

    /// Value of the metric's label `reason`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Memory => "memory",
            Self::Ports => "ports",
            Self::Threads => "threads",
        }
    }
}

impl Shortages {
    /// Counts a shortage, and logs the first one of a burst.
    pub(crate) fn count(&self, shortage: Shortage, error: &io::Error) {
        self.counts[shortage as usize].fetch_add(1, Relaxed);
        let now = Instant::now();
        let last = self.last.lock()[shortage as usize].replace(now);
        if last.is_none_or(|last| now.duration_since(last) > BURST_GAP) {
            let reason = shortage.as_str();
            tracing::warn!(reason, %error, "out of resources, connections wait");
        }
    }

    /// Counts a shortage of files or memory, if the error reports one.
    pub(crate) fn observe(&self, error: &io::Error) {
        if let Some(shortage @ (Shortage::Files | Shortage::Memory)) = Shortage::of(error) {
            self.count(shortage, error);
        }
    }

    /// Counts the shortage that exists now, if one of files, memory or threads does: some libraries do not report why they
    /// failed.
    pub(crate) fn probe(&self) {
        if let Err(error) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            self.observe(&error);
        }
        if let Err(error) = thread::Builder::new().spawn(|| ()) {
            self.count(Shortage::Threads, &error);
        }
    }

    /// Whether a shortage of files, memory or threads was counted at `start` or later.
    pub(crate) fn has_occurred_since(&self, start: Instant) -> bool {
        let last = self.last.lock();
        let general = [Shortage::Files, Shortage::Memory, Shortage::Threads];
        general.iter().any(|shortage| last[*shortage as usize].is_some_and(|last| last >= start))
    }

    /// Number of shortages since the start.
    pub(crate) fn total(&self, shortage: Shortage) -> u64 {
        self.counts[shortage as usize].load(Relaxed)
    }

    /// Waits until [`RETRY_DELAY`] after the last shortage of a resource that every connection needs.
    pub(crate) async fn wait(&self) {
        let last = || {
            let last = self.last.lock();
            last[Shortage::Files as usize].max(last[Shortage::Memory as usize])
        };
        while let Some(retry_at) = last().map(|last| last + RETRY_DELAY)
            && retry_at > Instant::now()
        {
            sleep_until(retry_at).await;
        }
    }
}

/// Whether the system has a local address for connections to `address`. Without one, connecting fails with the same error as
/// without free ports. A UDP socket needs such an address too, but none of TCP's ports; connecting it sends nothing.
pub(crate) fn has_local_address(address: SocketAddr) -> bool {
    let any =
        if address.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { Ipv6Addr::UNSPECIFIED.into() };
    UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(address)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_of_the_balancers_own_resources_are_shortages() {
        for (errno, expected) in [
            (Errno::MFILE, Some(Shortage::Files)),
            (Errno::NFILE, Some(Shortage::Files)),
            (Errno::NOMEM, Some(Shortage::Memory)),
            (Errno::NOBUFS, Some(Shortage::Memory)),
            (Errno::ADDRNOTAVAIL, Some(Shortage::Ports)),
            (Errno::CONNREFUSED, None),
            (Errno::TIMEDOUT, None),
            (Errno::NETUNREACH, None),
        ] {
            assert_eq!(Shortage::of(&errno.into()), expected, "{errno}");
        }
        let without_addresses = io::Error::from(io::ErrorKind::AddrNotAvailable);
        assert_eq!(Shortage::of(&without_addresses), None, "no system call failed");
    }

    #[tokio::test(start_paused = true)]
    async fn accepting_waits_after_a_shortage_of_files_but_not_of_ports() {
        let (shortages, start) = (Shortages::default(), Instant::now());
        shortages.count(Shortage::Ports, &Errno::ADDRNOTAVAIL.into());
        shortages.wait().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        shortages.count(Shortage::Files, &Errno::MFILE.into());
        shortages.wait().await;
        assert!(start.elapsed() >= RETRY_DELAY);
        assert_eq!(Shortage::ALL.map(|shortage| shortages.total(shortage)), [1, 0, 1, 0]);
    }

    #[test]
    fn a_reachable_address_has_a_local_one() {
        assert!(has_local_address(SocketAddr::from((Ipv4Addr::LOCALHOST, 1))));
    }
}
