//! Counts of bytes and connections.
//!
//! A byte is counted once, right after a socket has accepted it, by the task that wrote it. Counting is an atomic
//! addition, so that readers never delay the data. All totals and rates are derived from these counters.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

/// Length of the window over which rates are computed.
pub const RATE_WINDOW: Duration = Duration::from_secs(2);

/// The counts of a server or a backend.
#[derive(Debug, Default)]
pub struct Traffic {
    rx: ByteCounter,
    tx: ByteCounter,
    connections: AtomicU64,
    active: AtomicU64,
    refused: AtomicU64,
}

/// The bytes of one direction.
#[derive(Debug, Default)]
struct ByteCounter {
    total: AtomicU64,
    /// The total when the current window began.
    total_at_window_start: AtomicU64,
    /// The rate over the last complete window.
    per_second: AtomicU64,
}

/// The counts at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Connections that are open or being opened.
    pub active: u64,
    /// Connections opened since the start.
    pub connections: u64,
    /// Connections refused since the start: by the backend, or by the server because it was full.
    pub refused: u64,
    /// Bytes delivered to clients.
    pub rx: u64,
    /// Bytes delivered to backends.
    pub tx: u64,
    /// `rx` per second over the last window.
    pub rx_second: u64,
    /// `tx` per second over the last window.
    pub tx_second: u64,
}

/// Counts the bytes of one direction of a connection, for the server and for the backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter<'a> {
    server: &'a AtomicU64,
    backend: &'a AtomicU64,
}

/// Counts a connection as active until dropped. Drop it after the connection's last byte was counted.
#[derive(Debug)]
pub(crate) struct ActiveGuard(Arc<Traffic>);

impl Traffic {
    /// Reads the counts. They include every byte of the connections that are no longer active.
    pub fn snapshot(&self) -> Snapshot {
        // Read `active` first: it synchronizes with the guards that were dropped.
        let active = self.active();
        Snapshot {
            active,
            connections: self.connections.load(Relaxed),
            refused: self.refused.load(Relaxed),
            rx: self.rx.total.load(Relaxed),
            tx: self.tx.total.load(Relaxed),
            rx_second: self.rx.per_second.load(Relaxed),
            tx_second: self.tx.per_second.load(Relaxed),
        }
    }

    /// Connections that are open or being opened.
    pub(crate) fn active(&self) -> u64 {
        self.active.load(Acquire)
    }

    /// Bytes per second over the last window, both directions added.
    pub(crate) fn bytes_per_second(&self) -> u64 {
        self.rx.per_second.load(Relaxed) + self.tx.per_second.load(Relaxed)
    }

    /// Ends a window of length `elapsed`: computes the rates and begins the next window.
    pub(crate) fn end_window(&self, elapsed: Duration) {
        self.rx.end_window(elapsed);
        self.tx.end_window(elapsed);
    }

    pub(crate) fn count_connection(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }
}

impl ByteCounter {
    fn end_window(&self, elapsed: Duration) {
        let total = self.total.load(Relaxed);
        let delta = total - self.total_at_window_start.swap(total, Relaxed);
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        self.per_second.store(delta.saturating_mul(1000) / milliseconds, Relaxed);
    }
}

impl<'a> Meter<'a> {
    /// Meters the bytes delivered to the client.
    pub(crate) fn rx(server: &'a Traffic, backend: &'a Traffic) -> Self {
        Self { server: &server.rx.total, backend: &backend.rx.total }
    }

    /// Meters the bytes delivered to the backend.
    pub(crate) fn tx(server: &'a Traffic, backend: &'a Traffic) -> Self {
        Self { server: &server.tx.total, backend: &backend.tx.total }
    }

    /// Counts bytes that a socket has accepted.
    pub(crate) fn count(self, bytes: usize) {
        self.server.fetch_add(bytes as u64, Relaxed);
        self.backend.fetch_add(bytes as u64, Relaxed);
    }
}

impl ActiveGuard {
    pub(crate) fn new(traffic: &Arc<Traffic>) -> Self {
        traffic.active.fetch_add(1, Relaxed);
        Self(Arc::clone(traffic))
    }
}

impl Drop for ActiveGuard {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Release);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rate_is_the_windows_bytes_per_second_and_0_when_idle() {
        let (server, backend) = (Traffic::default(), Traffic::default());
        Meter::rx(&server, &backend).count(3000);
        Meter::tx(&server, &backend).count(10);
        backend.end_window(RATE_WINDOW);
        let busy = backend.snapshot();
        assert_eq!((busy.rx, busy.tx, busy.rx_second, busy.tx_second), (3000, 10, 1500, 5));
        for _ in 0..3 {
            backend.end_window(RATE_WINDOW);
            let idle = backend.snapshot();
            assert_eq!((idle.rx, idle.tx, idle.rx_second, idle.tx_second), (3000, 10, 0, 0));
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        EndWindow,
        Read,
        Count(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            1 => Just(Step::EndWindow),
            1 => Just(Step::Read),
            3 => (0..100_000_usize).prop_map(Step::Count),
        ]
    }

    proptest! {
        #[test]
        fn deltas_between_snapshots_add_up_to_the_bytes_counted(
            steps in prop::collection::vec(step(), 0..100),
        ) {
            let (server, backend) = (Traffic::default(), Traffic::default());
            let (mut last, mut deltas, mut counted) = (0, 0, 0);
            for step in steps {
                match step {
                    Step::EndWindow => backend.end_window(RATE_WINDOW),
                    Step::Read => {
                        let now = backend.snapshot().tx;
                        deltas += now - last;
                        last = now;
                    }
                    Step::Count(bytes) => {
                        Meter::tx(&server, &backend).count(bytes);
                        counted += bytes as u64;
                    }
                }
            }
            deltas += backend.snapshot().tx - last;
            prop_assert_eq!(deltas, counted);
            prop_assert_eq!(server.snapshot().tx, counted);
            prop_assert_eq!(server.snapshot().rx, 0);
        }
    }
}
