//! The running and stopped servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Defaults;
use crate::server::Server;

/// The servers.
#[derive(Debug, Default)]
pub(super) struct Servers {
    pub(super) defaults: Defaults,
    pub(super) running: BTreeMap<String, Entry>,
    /// Stopped servers that still have connections, or stopped less than [`RETENTION`](crate::pool::RETENTION) ago.
    pub(super) stopping: Vec<Arc<Server>>,
}

/// A running server.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) server: Arc<Server>,
    pub(super) origin: Origin,
}

/// The source of a server's configuration: the file or REST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    File,
    Rest,
}

impl Servers {
    /// Takes the stopped server with this name, so that its counts continue.
    pub(super) fn take_stopping(&mut self, name: &str) -> Option<Arc<Server>> {
        let index = self.stopping.iter().position(|server| server.name == name)?;
        Some(self.stopping.swap_remove(index))
    }
}
