//! What each side of each connection has sent and received.

use std::collections::HashMap;
use std::sync::Mutex;

/// One side's view of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Side {
    /// Bytes that its socket has accepted, without the header.
    pub(crate) sent: u64,
    /// Bytes received, without the header.
    pub(crate) received: u64,
    /// Bytes of the header that the client may have sent, or that the backend has received.
    pub(crate) header: u64,
    /// Whether it has sent and received everything up to the other side's end.
    pub(crate) is_complete: bool,
}

/// The sides of all connections by their number.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    clients: Mutex<HashMap<u64, Side>>,
    backends: Mutex<HashMap<u64, Side>>,
    violations: Mutex<Vec<String>>,
}

/// Bounds of the bytes that the balancer has delivered in one direction. They differ by the bytes that a socket had accepted
/// when a reset discarded them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl Ledger {
    /// Records what must not happen, for [`Ledger::assert_no_violation`]: a panic in a task would go unnoticed.
    pub(crate) fn violation(&self, text: String) {
        self.violations.lock().expect("not poisoned").push(text);
    }

    pub(crate) fn assert_no_violation(&self) {
        let violations = self.violations.lock().expect("not poisoned");
        assert!(violations.is_empty(), "{violations:#?}");
    }

    pub(crate) fn add_client(&self, id: u64, side: Side) {
        let previous = self.clients.lock().expect("not poisoned").insert(id, side);
        assert!(previous.is_none(), "numbers are unique");
    }

    pub(crate) fn add_backend(&self, id: u64, side: Side) {
        let previous = self.backends.lock().expect("not poisoned").insert(id, side);
        if previous.is_some() {
            self.violation(format!("connection {id} has reached two backends"));
        }
    }

    /// Number of connections that are complete on both sides.
    pub(crate) fn complete(&self) -> usize {
        let backends = self.backends.lock().expect("not poisoned");
        let clients = self.clients.lock().expect("not poisoned");
        let is_complete = |id: &u64| backends.get(id).is_some_and(|side| side.is_complete);
        clients.iter().filter(|(id, side)| side.is_complete && is_complete(id)).count()
    }

    /// Compares both sides of each connection of the clients `ids`. Returns the bounds of the bytes delivered to backends and
    /// to clients.
    pub(crate) fn reconcile(&self, ids: impl Fn(u64) -> bool) -> [Bounds; 2] {
        let (mut tx, mut rx) = (Bounds::default(), Bounds::default());
        let backends = self.backends.lock().expect("not poisoned");
        for (id, client) in self.clients.lock().expect("not poisoned").iter().filter(|(id, _)| ids(**id)) {
            let backend = backends.get(id).copied().unwrap_or_default();
            if client.is_complete && backend.is_complete {
                assert_eq!(client.sent, backend.received, "connection {id}");
                assert_eq!(client.received, backend.sent, "connection {id}");
            }
            tx.add(backend.header + backend.received, client.header + client.sent);
            rx.add(client.received, backend.sent);
        }
        [tx, rx]
    }
}

impl Bounds {
    fn add(&mut self, received: u64, sent: u64) {
        assert!(received <= sent, "{received} bytes received of {sent} sent");
        self.least += received;
        self.most += sent;
    }

    #[track_caller]
    pub(crate) fn assert_contains(self, counted: u64) {
        assert!((self.least..=self.most).contains(&counted), "{counted} is not within {self:?}");
    }
}
