//! Nodes of the state file that have not connected to this sink yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::budget::Cost;
use super::context::Context;
use super::identity::Identity;
use super::saved::SavedPart;
use crate::refusal::Reason;

/// A part of a node, which counts towards the memory of the series.
#[derive(Debug)]
pub(crate) struct PendingPart {
    pub(crate) saved: SavedPart,
    context: Arc<Context>,
    /// When the node's last flush is too old, by the store's clock.
    expires: Duration,
}

/// The nodes' parts, by identity.
#[derive(Debug, Default)]
pub(crate) struct PendingNodes(Mutex<BTreeMap<Identity, Vec<Arc<PendingPart>>>>);

impl PendingPart {
    fn new(saved: SavedPart, context: Arc<Context>, expires: Duration) -> Result<Self, Reason> {
        context.budget.reserve(cost(&saved))?;
        Ok(Self { saved, context, expires })
    }
}

impl Drop for PendingPart {
    fn drop(&mut self) {
        self.context.budget.release(cost(&self.saved));
    }
}

fn cost(saved: &SavedPart) -> Cost {
    let SavedPart { job, instance, series, .. } = saved;
    Cost { series: 0, bytes: size_of::<PendingPart>() + job.len() + instance.len() + series.len() }
}

impl PendingNodes {
    /// Adds a part of a node, which is kept until `expires` by the store's clock.
    ///
    /// # Errors
    ///
    /// If it exceeds the memory limit.
    pub(crate) fn add(
        &self,
        identity: Identity,
        saved: SavedPart,
        context: &Arc<Context>,
        expires: Duration,
    ) -> Result<(), Reason> {
        let part = PendingPart::new(saved, Arc::clone(context), expires)?;
        self.0.lock().entry(identity).or_default().push(Arc::new(part));
        Ok(())
    }

    /// Removes the parts of a node that connects.
    pub(crate) fn take(&self, identity: &Identity) -> Vec<Arc<PendingPart>> {
        self.0.lock().remove(identity).unwrap_or_default()
    }

    pub(crate) fn all(&self) -> Vec<Arc<PendingPart>> {
        self.0.lock().values().flatten().cloned().collect()
    }

    /// Removes the nodes that have expired, or all to `make_room`.
    pub(crate) fn remove_expired(&self, now: Duration, make_room: bool) {
        self.0.lock().retain(|_, parts| !make_room && parts.iter().any(|part| part.expires > now));
    }
}
