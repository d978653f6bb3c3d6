//! The writer's connection.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Result, TransactionBehavior};
use tokio::sync::{Notify, broadcast};

use super::advance::{Advanced, advance};
use super::counts::Counts;
use super::create::{Created, create};
use super::error::{Error, OpenError};
use super::queue::Call;
use super::{Settings, Store, connection};
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::order::{Change, NewOrder, State};

/// Maximum number of orders removed per batch. A lower limit than before may leave many to remove.
const MAX_REMOVED: u64 = 1_000;

const TRIM: &str =
    "DELETE FROM orders WHERE seq IN (SELECT seq FROM orders WHERE state = 3 ORDER BY seq LIMIT ?)";

#[derive(Debug)]
pub(super) enum Write {
    Create(Call<NewOrder, Created>),
    Advance(Call<(), Advanced>),
}

pub(super) struct Writer {
    connection: Connection,
    settings: Settings,
    counts: Counts,
    metrics: Metrics,
    changes: broadcast::Sender<Arc<Change>>,
    placed: Arc<Notify>,
}

impl Writer {
    pub(super) fn open(path: &Path, settings: Settings, store: &Store) -> Result<Self, OpenError> {
        let connection = connection::to_write(path)?;
        let counts =
            Counts::of(&connection).map_err(|source| OpenError::File { path: path.into(), source })?;
        let metrics = store.metrics.clone();
        counts.show(&metrics);
        let (changes, placed) = (store.changes.clone(), Arc::clone(&store.placed));
        Ok(Self { connection, settings, counts, metrics, changes, placed })
    }

    /// Runs a batch in one transaction. Publishes the changes and replies after the commit.
    pub(super) fn run_batch(&mut self, mut writes: Vec<Write>, faults: &Faults) {
        writes.retain(|write| !write.is_cancelled());
        if writes.is_empty() {
            return;
        }
        let committed = self.commit(&mut writes, faults.active().read_only);
        let result = committed.map(|(counts, changes)| {
            self.counts = counts;
            self.publish(changes);
        });
        let result = result.map_err(Error::from);
        for write in writes {
            write.end(result.clone());
        }
    }

    fn commit(&mut self, writes: &mut [Write], read_only: bool) -> Result<(Counts, Vec<Change>)> {
        self.connection.pragma_update(None, "query_only", read_only)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut changes = Vec::new();
        for write in writes {
            match write {
                Write::Create(call) => {
                    let created = create(&transaction, &call.input)?;
                    if let Created::Placed(order) = &created {
                        changes.push(Change { order: order.clone(), previous: None });
                    }
                    call.output = Some(created);
                }
                Write::Advance(call) => {
                    call.output = Some(advance(&transaction, &self.settings, &mut changes)?);
                }
            }
        }
        let mut counts = self.counts;
        for change in &changes {
            counts.apply(change);
        }
        let excess = counts.total().saturating_sub(self.settings.retain);
        let removable = excess.min(counts.in_state(State::Shipped)).min(MAX_REMOVED);
        if removable > 0 {
            let removed = transaction.prepare_cached(TRIM)?.execute([removable.cast_signed()])?;
            counts.remove(State::Shipped, removed as u64);
        }
        transaction.commit()?;
        Ok((counts, changes))
    }

    /// Updates the gauges, and notifies the worker and the watchers.
    fn publish(&self, changes: Vec<Change>) {
        self.counts.show(&self.metrics);
        if changes.iter().any(|change| change.previous.is_none()) {
            self.placed.notify_one();
        }
        for change in changes {
            // There may be no watcher.
            let _ = self.changes.send(Arc::new(change));
        }
    }
}

impl Write {
    fn is_cancelled(&self) -> bool {
        match self {
            Self::Create(call) => call.is_cancelled(),
            Self::Advance(call) => call.is_cancelled(),
        }
    }

    fn end(self, result: Result<(), Error>) {
        match self {
            Self::Create(call) => call.end(result),
            Self::Advance(call) => call.end(result),
        }
    }
}
