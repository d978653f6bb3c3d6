//! What is counted: bytes delivered, connections, refusals.
//!
//! A byte is counted when a socket has taken it, once, by the task that wrote it: an addition to an atomic, which waits
//! for nobody. All that readers see, totals and rates alike, is made from these numbers.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

/// How often rates are computed.
pub const WINDOW: Duration = Duration::from_secs(2);

/// The counts of a server or of a back end.
#[derive(Debug, Default)]
pub struct Traffic {
    rx: Bytes,
    tx: Bytes,
    connections: AtomicU64,
    active: AtomicU64,
    refused: AtomicU64,
}

/// The bytes of one direction.
#[derive(Debug, Default)]
struct Bytes {
    total: AtomicU64,
    /// The total at the window's beginning.
    before: AtomicU64,
    per_second: AtomicU64,
}

/// The counts at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Connections that are open, or being opened.
    pub active: u64,
    /// Connections that have been opened.
    pub connections: u64,
    /// Connections that were refused: by a back end, or by a server that was full.
    pub refused: u64,
    /// Bytes delivered to clients.
    pub rx: u64,
    /// Bytes delivered to back ends.
    pub tx: u64,
    /// `rx` per second, over the last window.
    pub rx_second: u64,
    /// `tx` per second, over the last window.
    pub tx_second: u64,
}

/// Where the bytes of one direction of a connection are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter<'a> {
    server: &'a AtomicU64,
    backend: &'a AtomicU64,
}

/// A connection that counts as active until this is dropped, after the last of its bytes.
#[derive(Debug)]
pub(crate) struct Active(Arc<Traffic>);

impl Traffic {
    /// The counts now. Of a connection that is not active any more, all bytes are in them.
    pub fn snapshot(&self) -> Snapshot {
        let active = self.active.load(Acquire);
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

    pub(crate) fn active(&self) -> u64 {
        self.active.load(Acquire)
    }

    /// `rx` and `tx` per second, together.
    pub(crate) fn bandwidth(&self) -> u64 {
        self.rx.per_second.load(Relaxed) + self.tx.per_second.load(Relaxed)
    }

    /// Ends a window that has lasted so long.
    pub(crate) fn end_window(&self, lasted: Duration) {
        self.rx.end_window(lasted);
        self.tx.end_window(lasted);
    }

    pub(crate) fn count_connection(&self) {
        self.connections.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }
}

impl Bytes {
    fn end_window(&self, lasted: Duration) {
        let total = self.total.load(Relaxed);
        let delta = total - self.before.swap(total, Relaxed);
        let milliseconds = u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX).max(1);
        self.per_second.store(delta.saturating_mul(1000) / milliseconds, Relaxed);
    }
}

impl<'a> Meter<'a> {
    /// Of what is delivered to the client.
    pub(crate) fn rx(server: &'a Traffic, backend: &'a Traffic) -> Self {
        Self { server: &server.rx.total, backend: &backend.rx.total }
    }

    /// Of what is delivered to the back end.
    pub(crate) fn tx(server: &'a Traffic, backend: &'a Traffic) -> Self {
        Self { server: &server.tx.total, backend: &backend.tx.total }
    }

    /// Counts what a socket has taken.
    pub(crate) fn count(self, bytes: usize) {
        self.server.fetch_add(bytes as u64, Relaxed);
        self.backend.fetch_add(bytes as u64, Relaxed);
    }
}

impl Active {
    pub(crate) fn new(traffic: &Arc<Traffic>) -> Self {
        traffic.active.fetch_add(1, Relaxed);
        Self(Arc::clone(traffic))
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Release);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_is_the_windows_bytes_per_second_and_0_when_idle() {
        let (server, backend) = (Traffic::default(), Traffic::default());
        Meter::rx(&server, &backend).count(3000);
        Meter::tx(&server, &backend).count(10);
        backend.end_window(WINDOW);
        let busy = backend.snapshot();
        assert_eq!((busy.rx, busy.tx, busy.rx_second, busy.tx_second), (3000, 10, 1500, 5));
        for _ in 0..3 {
            backend.end_window(WINDOW);
            let idle = backend.snapshot();
            assert_eq!((idle.rx, idle.tx, idle.rx_second, idle.tx_second), (3000, 10, 0, 0));
        }
    }

    proptest! {
        #[test]
        fn the_deltas_between_looks_add_up_to_what_was_counted(
            steps in prop::collection::vec((0..5_usize, 0..100_000_usize), 0..100),
        ) {
            let (server, backend) = (Traffic::default(), Traffic::default());
            let (mut seen, mut deltas, mut written) = (0, 0, 0);
            for (what, bytes) in steps {
                match what {
                    0 => backend.end_window(WINDOW),
                    1 => {
                        let now = backend.snapshot().tx;
                        deltas += now - seen;
                        seen = now;
                    }
                    _ => {
                        Meter::tx(&server, &backend).count(bytes);
                        written += bytes as u64;
                    }
                }
            }
            deltas += backend.snapshot().tx - seen;
            prop_assert_eq!(deltas, written);
            prop_assert_eq!(server.snapshot().tx, written);
            prop_assert_eq!(server.snapshot().rx, 0);
        }
    }
}
