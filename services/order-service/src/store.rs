//! The orders, in SQLite.
//!
//! Two connections, each on its own thread, write and read. Calls wait in bounded queues without blocking the runtime; a full
//! queue rejects them. A connection serves the waiting calls in batches. The writer runs each batch in one transaction, so
//! that many creates share one `fsync`, and acknowledges a create after the commit, which survives `kill -9` and a loss of
//! power (write-ahead log, `synchronous = FULL`). An error rolls the whole batch back and is returned to all its callers.

mod advance;
mod connection;
mod counts;
mod create;
mod error;
mod queue;
mod read;
mod row;
mod schema;
mod span;
#[cfg(test)]
mod tests;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc};
use tracing::Instrument;

use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::operation::Operation;
use crate::order::{Change, NewOrder, Order};
use crate::page::Page;

pub(crate) use advance::Advanced;
pub(crate) use create::Created;
pub(crate) use error::Error;
pub use error::OpenError;
use queue::Call;
use read::{Read, Reader};
use writer::{Write, Writer};

/// Maximum number of calls that wait for a connection.
const MAX_WAITING_CALLS: usize = 1024;
/// Maximum number of changes that a watcher may lag behind.
const MAX_WATCHER_LAG: usize = 1024;

/// Settings of the store.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Maximum number of stored orders.
    pub(crate) retain: u64,
    /// Time from placed to paid.
    pub(crate) paid_after: Duration,
    /// Time from placed to shipped.
    pub(crate) shipped_after: Duration,
}

/// A handle of the store. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Read>,
    changes: broadcast::Sender<Arc<Change>>,
    placed: Arc<Notify>,
    metrics: Metrics,
}

/// The connections' threads. They end when every [`Store`] has been dropped.
#[derive(Debug)]
pub(crate) struct Threads([JoinHandle<()>; 2]);

impl Threads {
    /// Blocks until both connections are closed.
    pub(crate) fn join(self) {
        for thread in self.0 {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
    }
}

impl Store {
    /// Opens or creates the database and migrates its tables. Blocks.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or migrated.
    pub(crate) fn open(
        path: &Path,
        settings: Settings,
        metrics: Metrics,
        faults: &Arc<Faults>,
    ) -> Result<(Self, Threads), OpenError> {
        let (writes, write_queue) = mpsc::channel(MAX_WAITING_CALLS);
        let (reads, read_queue) = mpsc::channel(MAX_WAITING_CALLS);
        let store = Self {
            writes,
            reads,
            changes: broadcast::Sender::new(MAX_WATCHER_LAG),
            placed: Arc::new(Notify::new()),
            metrics,
        };
        let mut writer = Writer::open(path, settings, &store)?;
        let mut reader = Reader::open(path)?;
        let (write_faults, read_faults) = (Arc::clone(faults), Arc::clone(faults));
        let start = |name: &str, serve: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(serve).map_err(OpenError::Thread)
        };
        let writing = start(
            "store-writer",
            Box::new(move || {
                queue::serve(write_queue, &write_faults, |batch| writer.run_batch(batch, &write_faults));
            }),
        )?;
        let reading = start(
            "store-reader",
            Box::new(move || queue::serve(read_queue, &read_faults, |batch| reader.run_batch(batch))),
        )?;
        Ok((store, Threads([writing, reading])))
    }

    /// Places an order, unless one with its key exists.
    pub(crate) async fn create(&self, order: NewOrder) -> Result<Created, Error> {
        self.send(Operation::Create, &self.writes, Write::Create, order).await
    }

    /// Advances the orders that are due.
    pub(crate) async fn advance(&self) -> Result<Advanced, Error> {
        self.send(Operation::Advance, &self.writes, Write::Advance, ()).await
    }

    pub(crate) async fn get(&self, id: String) -> Result<Option<Order>, Error> {
        self.send(Operation::Get, &self.reads, Read::Get, id).await
    }

    /// The orders of a page, and one more if there is one.
    pub(crate) async fn list(&self, page: Page) -> Result<Vec<Order>, Error> {
        self.send(Operation::List, &self.reads, Read::List, page).await
    }

    /// All changes from now on, in the order of their commits.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Arc<Change>> {
        self.changes.subscribe()
    }

    /// Waits until an order is placed, or returns at once if one was placed since the last call.
    pub(crate) async fn placed(&self) {
        self.placed.notified().await;
    }

    /// Sends a call to a connection, in a span, and measures the time until its reply.
    async fn send<J, I, O>(
        &self,
        operation: Operation,
        queue: &mpsc::Sender<J>,
        job: impl FnOnce(Call<I, O>) -> J,
        input: I,
    ) -> Result<O, Error> {
        let span = span::of(operation);
        // A cancelled call is observed too: the timer stops when it is dropped.
        let _timer = self.metrics.store(operation).start_timer();
        let (call, reply) = Call::new(input);
        let exchange = async {
            queue.try_send(job(call))?;
            reply.await.unwrap_or(Err(Error::Stopped))
        };
        let result = exchange.instrument(span.clone()).await;
        if let Err(error) = &result {
            span::failed(&span, error);
        }
        result
    }
}
