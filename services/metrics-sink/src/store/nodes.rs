//! All Envoys that flush to this sink.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::budget::Budget;
use super::identity::Identity;
use super::node::{Node, StreamId, Superseded};
use super::page::{Ender, Page};
use super::rules::{Counters, Rules};
use super::slots::Fingerprints;
use crate::refusal::{Reason, Refusals};
use crate::wire::Message;

/// The most that is held, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Series, as lines of the page: a histogram of 19 buckets is 22.
    pub series: usize,
    /// Bytes of memory for them.
    pub bytes: usize,
    /// Nodes, those included that are remembered for their age only.
    pub nodes: usize,
    /// Bytes of a name or of a label's value.
    pub label: usize,
    /// A node, or a series of a node, that has not been sent for so long disappears.
    pub stale_after: Duration,
    /// A node's age is told for so long.
    pub remember: Duration,
    /// A page has to be read within this time, for what it reads from cannot be freed.
    pub reading: Duration,
}

/// The Envoys, by identity.
#[derive(Debug)]
pub struct Nodes {
    limits: Limits,
    rules: Arc<Rules>,
    /// The sink's clock begins here.
    start: Instant,
    known: Mutex<BTreeMap<Identity, Arc<Node>>>,
    streams: AtomicU64,
    /// The pages in the making, and when they were begun.
    pages: Mutex<Vec<(Duration, Ender)>>,
}

/// An open stream of a node.
#[derive(Debug)]
pub struct Stream {
    node: Arc<Node>,
    nodes: Arc<Nodes>,
    id: StreamId,
}

/// How long ago a node flushed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    /// Who.
    pub identity: Identity,
    /// How long ago.
    pub age: Duration,
}

impl Nodes {
    /// None yet.
    pub fn new(limits: Limits, counters: Counters, refusals: Arc<Refusals>) -> Self {
        let rules = Rules {
            counters,
            longest_label: limits.label,
            budget: Budget::new(limits.series, limits.bytes),
            refusals,
            fingerprints: Fingerprints::default(),
        };
        Self {
            limits,
            rules: Arc::new(rules),
            start: Instant::now(),
            known: Mutex::default(),
            streams: AtomicU64::new(0),
            pages: Mutex::default(),
        }
    }

    /// A stream of that node has begun. From its first message on, messages of the node's older streams are refused.
    ///
    /// # Errors
    ///
    /// If the node is one too many.
    pub fn open(self: &Arc<Self>, identity: Identity) -> Result<Stream, Reason> {
        let mut known = self.known.lock();
        if !known.contains_key(&identity) && known.len() >= self.limits.nodes {
            let oldest = self.now().saturating_sub(self.limits.stale_after);
            let silent = known
                .iter()
                .filter(|(_, node)| node.is_silent_since(oldest))
                .min_by_key(|(_, node)| node.last())
                .map(|(identity, _)| identity.clone())
                .ok_or(Reason::Nodes)?;
            known.remove(&silent);
        }
        let node = known
            .entry(identity)
            .or_insert_with_key(|identity| Arc::new(Node::new(identity.clone(), Arc::clone(&self.rules))));
        node.opened();
        let id = self.streams.fetch_add(1, Ordering::Relaxed);
        Ok(Stream { node: Arc::clone(node), nodes: Arc::clone(self), id })
    }

    /// Forgets what has not been sent for too long, and ends pages that are not read.
    pub fn forget_old(&self) {
        let now = self.now();
        self.pages.lock().retain(|(begun, page)| {
            let is_late = now.saturating_sub(*begun) >= self.limits.reading;
            if is_late {
                page.end();
            }
            !is_late && !page.is_done()
        });
        self.known.lock().retain(|_, node| !node.is_silent_since(now.saturating_sub(self.limits.remember)));
        for node in self.all() {
            node.forget_old(now, self.limits.stale_after);
        }
    }

    /// The ages of all nodes that have flushed within the time that they are remembered.
    pub fn ages(&self) -> Vec<Age> {
        let now = self.now();
        self.all()
            .into_iter()
            .filter_map(|node| {
                let age = now.saturating_sub(node.last()?);
                (age <= self.limits.remember).then(|| Age { identity: node.identity().clone(), age })
            })
            .collect()
    }

    /// Every node's series as Prometheus text.
    pub fn page(&self) -> Page {
        let nodes = self.all().iter().map(|node| (node.contents(), node.identity().labels())).collect();
        let page = Page::new(nodes);
        self.pages.lock().push((self.now(), page.ender()));
        page
    }

    /// What bounds them.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What the series take.
    pub fn budget(&self) -> &Budget {
        &self.rules.budget
    }

    fn all(&self) -> Vec<Arc<Node>> {
        self.known.lock().values().cloned().collect()
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Stream {
    /// Whose it is.
    pub fn identity(&self) -> &Identity {
        self.node.identity()
    }

    /// A message has come, which is to be applied, or shown elsewhere.
    ///
    /// # Errors
    ///
    /// If the node has a newer stream.
    pub fn flushed(&self) -> Result<(), Superseded> {
        self.node.flushed(self.id, self.nodes.now())
    }

    /// Adds a message to the node's series. It has been checked.
    ///
    /// # Errors
    ///
    /// If the node has a newer stream.
    pub fn apply(&self, message: Message<'_>) -> Result<(), Superseded> {
        self.node.apply(self.id, message, self.nodes.now())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.node.closed(self.id);
    }
}
