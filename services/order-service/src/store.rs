//! The orders, in SQLite.
//!
//! There are two connections, each on a thread of its own: one writes, one reads. Callers wait for them without
//! blocking the runtime, in queues with a bound: beyond it they are refused. A connection serves in turns what waits
//! for it. A turn of the writer is one transaction, so that many creates share one `fsync`; each is acknowledged after
//! the commit, which outlasts `kill -9` and a loss of power (write-ahead log, `synchronous = FULL`). An error in a turn
//! is the file's, not one caller's: nothing of the turn is kept and all are told.

mod advance;
mod connection;
mod counts;
mod create;
mod error;
mod operation;
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
use crate::order::{Change, NewOrder, Order};
use crate::page::Page;

pub(crate) use advance::Advanced;
pub(crate) use create::Created;
pub(crate) use error::Error;
pub use error::OpenError;
pub(crate) use operation::Operation;
use queue::Call;
use read::{Read, Reader};
use writer::{Write, Writer};

/// Calls that may wait for a connection.
const WAITING: usize = 1024;
/// Changes that a watcher may be behind.
const BEHIND: usize = 1024;

/// What is set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Orders that are kept.
    pub(crate) retain: u64,
    /// From placed to paid.
    pub(crate) paid_after: Duration,
    /// From placed to shipped.
    pub(crate) shipped_after: Duration,
}

/// A clone is the same store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Read>,
    changes: broadcast::Sender<Arc<Change>>,
    placed: Arc<Notify>,
    metrics: Metrics,
}

/// The connections' threads. They end when every [`Store`] is gone.
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
    /// Opens the database, or makes it, and brings its tables up to date. Blocks.
    ///
    /// # Errors
    ///
    /// If the file cannot be used.
    pub(crate) fn open(
        path: &Path,
        settings: Settings,
        metrics: Metrics,
        faults: &Arc<Faults>,
    ) -> Result<(Self, Threads), OpenError> {
        let (writes, write_queue) = mpsc::channel(WAITING);
        let (reads, read_queue) = mpsc::channel(WAITING);
        let store = Self {
            writes,
            reads,
            changes: broadcast::Sender::new(BEHIND),
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
                queue::serve(write_queue, &write_faults, |turn| writer.turn(turn, &write_faults));
            }),
        )?;
        let reading = start(
            "store-reader",
            Box::new(move || queue::serve(read_queue, &read_faults, |turn| reader.turn(turn))),
        )?;
        Ok((store, Threads([writing, reading])))
    }

    /// Places an order, unless one was placed with its key before.
    pub(crate) async fn create(&self, order: NewOrder) -> Result<Created, Error> {
        self.ask(Operation::Create, &self.writes, Write::Create, order).await
    }

    /// Moves what is due from state to state.
    pub(crate) async fn advance(&self) -> Result<Advanced, Error> {
        self.ask(Operation::Advance, &self.writes, Write::Advance, ()).await
    }

    pub(crate) async fn get(&self, id: String) -> Result<Option<Order>, Error> {
        self.ask(Operation::Get, &self.reads, Read::Get, id).await
    }

    /// One order more than the page has, if there is one.
    pub(crate) async fn list(&self, page: Page) -> Result<Vec<Order>, Error> {
        self.ask(Operation::List, &self.reads, Read::List, page).await
    }

    /// All changes from now on, after their commits and in their order.
    pub(crate) fn changes(&self) -> broadcast::Receiver<Arc<Change>> {
        self.changes.subscribe()
    }

    /// Waits until an order is placed; one since the last time counts.
    pub(crate) async fn placed(&self) {
        self.placed.notified().await;
    }

    /// Asks a connection, in a span, and on the clock from here to its reply.
    async fn ask<J, I, O>(
        &self,
        operation: Operation,
        queue: &mpsc::Sender<J>,
        job: impl FnOnce(Call<I, O>) -> J,
        input: I,
    ) -> Result<O, Error> {
        let span = span::of(operation);
        // A caller who gives up is observed as well: the timer ends when it is dropped.
        let _timer = self.metrics.store(operation).start_timer();
        let (call, reply) = Call::new(input);
        let asked = async {
            queue.try_send(job(call))?;
            reply.await.unwrap_or(Err(Error::Stopped))
        };
        let result = asked.instrument(span.clone()).await;
        if let Err(error) = &result {
            span::failed(&span, error);
        }
        result
    }
}
