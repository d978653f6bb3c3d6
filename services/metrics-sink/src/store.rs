//! Accumulates the series of all Envoys that flush to this sink, and renders them as a page.

mod apply;
mod bounds;
mod budget;
mod context;
mod counter_changes;
mod family;
mod family_names;
mod flush_intervals;
mod flush_tracker;
mod histogram;
mod history;
mod identity;
mod labels;
mod node;
mod node_counters;
mod node_flush;
mod node_save;
mod node_series;
mod number;
mod page;
mod pending;
mod process;
mod removal;
mod reshape;
mod resume;
mod resumption;
mod save;
mod saved;
mod series;
mod slot_index;
mod summary;
mod totals;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kit::exposition::Format;
use parking_lot::Mutex;

use crate::refusal::{Reason, Refusals};
use crate::wire::Message;

use self::context::Context;
use self::node::{Node, StreamId};
use self::page::PageHandle;
use self::pending::PendingNodes;

pub use self::budget::Budget;
pub use self::context::{Limits, Temporality};
pub use self::identity::Identity;
pub use self::node::Superseded;
pub use self::page::{Page, PageTimeout};
pub use self::saved::{
    SavedBounds, SavedFamily, SavedKind, SavedPart, SavedProcess, SavedSeries, SavedSeriesList,
};

/// The series of all Envoys, by identity.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    context: Arc<Context>,
    /// The origin of the store's clock.
    start: Instant,
    nodes: Mutex<BTreeMap<Identity, Arc<Node>>>,
    next_stream: AtomicU64,
    /// Nodes of the state file that have not connected yet.
    pending: PendingNodes,
    /// Pages in progress, and when each was started.
    pages: Mutex<Vec<(Duration, PageHandle)>>,
}

/// An open stream of a node.
#[derive(Debug)]
pub struct Stream {
    node: Arc<Node>,
    store: Arc<Store>,
    id: StreamId,
}

/// The state of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    /// The node.
    pub identity: Identity,
    /// The time since its last flush.
    pub age: Duration,
    /// Restarts of its process.
    pub restarts: u64,
    /// Counters that started again at 0 although the process did not.
    pub series_resets: u64,
    /// Flushes whose counters contradict the [`Temporality`] of the store.
    pub counter_mismatches: u64,
    /// Refused messages, families and metrics.
    pub refused: u64,
    /// Time whose flushes were lost.
    pub missed: Duration,
}

impl Store {
    /// An empty store.
    pub fn new(limits: Limits, temporality: Temporality, refusals: Arc<Refusals>) -> Self {
        let context = Context::new(&limits, temporality, refusals);
        Self {
            limits,
            context: Arc::new(context),
            start: Instant::now(),
            nodes: Mutex::default(),
            next_stream: AtomicU64::new(0),
            pending: PendingNodes::default(),
            pages: Mutex::default(),
        }
    }

    /// Opens a stream of a node. From its first message on, messages on older streams of the node are
    /// [`Superseded`]. At the limit of nodes, the node that has been idle the longest makes room, if it is stale.
    ///
    /// # Errors
    ///
    /// If the limit of nodes is reached and none of them is stale.
    pub fn open(self: &Arc<Self>, identity: Identity) -> Result<Stream, Reason> {
        let mut nodes = self.nodes.lock();
        if !nodes.contains_key(&identity) && nodes.len() >= self.limits.nodes {
            let oldest = self.now().saturating_sub(self.limits.stale_after);
            let longest_idle = nodes
                .iter()
                .filter(|(_, node)| node.is_idle_since(oldest))
                .min_by_key(|(_, node)| node.last_flush())
                .map(|(identity, _)| identity.clone())
                .ok_or(Reason::Nodes)?;
            nodes.remove(&longest_idle);
        }
        let node = nodes.entry(identity).or_insert_with_key(|identity| Arc::new(self.new_node(identity)));
        node.stream_opened();
        let id = self.next_stream.fetch_add(1, Ordering::Relaxed);
        Ok(Stream { node: Arc::clone(node), store: Arc::clone(self), id })
    }

    fn new_node(&self, identity: &Identity) -> Node {
        let parts = self.pending.take(identity);
        Node::of_parts(identity.clone(), Arc::clone(&self.context), parts)
    }

    /// Keeps saved nodes until they connect, for [`Limits::age_retention`] after their last flush. Those that have
    /// connected already are ignored. Returns the number of parts that exceed the memory limit, which are refused.
    pub fn restore(&self, parts: Vec<SavedPart>) -> u64 {
        let wall_clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut refused = 0;
        // Locked for all parts of a node.
        let nodes = self.nodes.lock();
        for part in parts {
            let received = Duration::from_millis(part.received_ms.try_into().unwrap_or(0));
            let age = wall_clock.saturating_sub(received);
            let identity = Identity { job: part.job.clone(), instance: part.instance.clone() };
            let Some(remaining) = self.limits.age_retention.checked_sub(age) else { continue };
            if nodes.contains_key(&identity) {
                continue;
            }
            let expires = self.now() + remaining;
            if let Err(reason) = self.pending.add(identity, part, &self.context, expires) {
                refused += 1;
                self.context.refusals.refuse(reason, "a node of the state file");
            }
        }
        refused
    }

    /// Passes what a later sink needs to `write`, including nodes that have not connected since [`Store::restore`].
    ///
    /// # Errors
    ///
    /// The first error of `write`.
    pub fn save<E>(&self, mut write: impl FnMut(&SavedPart) -> Result<(), E>) -> Result<(), E> {
        let (pending, nodes) = {
            // Locked for both, so that a node that connects meanwhile is saved once.
            let nodes = self.nodes.lock();
            (self.pending.all(), nodes.values().cloned().collect::<Vec<_>>())
        };
        for part in pending {
            write(&part.saved)?;
        }
        nodes.iter().try_for_each(|node| node.save(self.now(), &mut write))
    }

    /// Removes stale series and nodes, and aborts pages whose timeout has passed. To be called periodically.
    pub fn remove_stale(&self) {
        let now = self.now();
        self.pages.lock().retain(|(started, page)| {
            let timed_out = now.saturating_sub(*started) >= self.limits.page_timeout;
            if timed_out {
                page.abort();
            }
            !timed_out && !page.is_done()
        });
        let oldest = now.saturating_sub(self.limits.age_retention);
        self.nodes.lock().retain(|_, node| !node.is_idle_since(oldest));
        let make_room = self.context.budget.take_exceeded();
        // Envoys that still exist have reconnected within this time.
        self.pending.remove_expired(now, make_room && now > self.limits.stale_after);
        for node in self.all_nodes() {
            node.remove_stale(now, &self.limits, make_room);
        }
    }

    /// The states of all nodes that have flushed within [`Limits::age_retention`].
    pub fn nodes(&self) -> Vec<NodeState> {
        let now = self.now();
        self.all_nodes()
            .into_iter()
            .filter_map(|node| {
                let age = now.saturating_sub(node.last_flush()?);
                let counters = node.counters();
                (age <= self.limits.age_retention).then(|| NodeState {
                    identity: node.identity().clone(),
                    age,
                    restarts: counters.restarts.get(),
                    series_resets: counters.series_resets.get(),
                    counter_mismatches: counters.counter_mismatches.get(),
                    refused: counters.refused.get(),
                    missed: Duration::from_millis(counters.missed_ms.get()),
                })
            })
            .collect()
    }

    /// Starts a page in text format 0.0.4 with the series of all nodes that are not stale.
    pub fn page(&self) -> Page {
        self.page_in(Format::Text)
    }

    /// Starts a page with the series of all nodes that are not stale.
    pub fn page_in(&self, format: Format) -> Page {
        let nodes = self.all_nodes();
        let nodes = nodes.iter().filter(|node| node.is_on_page());
        let nodes = nodes.map(|node| (node.series(), node.identity().labels())).collect();
        let page = Page::new(nodes, format);
        self.pages.lock().push((self.now(), page.handle()));
        page
    }

    /// The limits of this store.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The series' usage of the limits.
    pub fn budget(&self) -> &Budget {
        &self.context.budget
    }

    fn all_nodes(&self) -> Vec<Arc<Node>> {
        self.nodes.lock().values().cloned().collect()
    }

    /// The store's clock: the time since the store was created.
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Stream {
    /// The node that opened the stream.
    pub fn identity(&self) -> &Identity {
        self.node.identity()
    }

    /// Counts a refusal of data that the node sent.
    pub fn count_refusal(&self) {
        self.node.counters().refused.add(1);
    }

    /// Records that a message arrived, whether it will be applied or not.
    ///
    /// # Errors
    ///
    /// If the node has a newer stream.
    pub fn record_flush(&self) -> Result<(), Superseded> {
        self.node.record_flush(self.id, self.store.now())
    }

    /// Applies a message to the node's series. Metrics that cannot be stored are refused one by one.
    ///
    /// # Errors
    ///
    /// If the node has a newer stream.
    pub fn apply(&self, message: &Message<'_>) -> Result<(), Superseded> {
        self.node.apply(self.id, message, self.store.now())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.node.stream_closed(self.id);
    }
}
