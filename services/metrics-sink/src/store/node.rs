//! One Envoy: its identity, its streams, and its series.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use thiserror::Error;

use super::context::{Context, Limits};
use super::flush_intervals::FlushIntervals;
use super::history::History;
use super::identity::Identity;
use super::node_counters::NodeCounters;
use super::node_series::NodeSeries;
use super::pending::PendingPart;
use super::process::Process;
use super::resumption::Resumption;

/// Streams are numbered in the order opened; the open stream with the highest number owns its node.
pub(crate) type StreamId = u64;

/// An Envoy that has opened a stream.
#[derive(Debug)]
pub(crate) struct Node {
    pub(super) identity: Identity,
    pub(super) context: Arc<Context>,
    pub(super) counters: NodeCounters,
    open_streams: AtomicUsize,
    /// The series are too old for the page.
    pub(super) is_stale: AtomicBool,
    pub(super) write_state: Mutex<WriteState>,
    /// Replaced instead of emptied, because pages in progress keep reading the old series. Hidden series are removed
    /// only while no page holds a reference.
    pub(super) series: Mutex<Arc<Mutex<NodeSeries>>>,
}

/// State of the writers. Locked for a whole message, before the series are locked.
#[derive(Debug, Default)]
pub(super) struct WriteState {
    pub(super) history: History,
    pub(super) intervals: FlushIntervals,
    pub(super) resumption: Resumption,
    /// The open stream whose messages are accepted.
    pub(super) owner: Option<StreamId>,
    /// The stream of the last applied message.
    pub(super) last_applied: Option<StreamId>,
    /// Time of arrival of the last message, by the store's clock.
    pub(super) last_flush: Option<Duration>,
}

/// The node has a newer stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the node has a newer stream")]
pub struct Superseded;

impl Node {
    pub(crate) fn new(identity: Identity, context: Arc<Context>) -> Self {
        let series = Mutex::new(no_series(&context));
        Self {
            identity,
            context,
            counters: NodeCounters::default(),
            open_streams: AtomicUsize::new(0),
            is_stale: AtomicBool::new(false),
            write_state: Mutex::default(),
            series,
        }
    }

    /// A node that the state file has. Its series are taken up when its uptime shows that the process is the same; the
    /// page omits it until then.
    pub(crate) fn of_parts(identity: Identity, context: Arc<Context>, parts: Vec<Arc<PendingPart>>) -> Self {
        let mut node = Self::new(identity, context);
        if let Some(newest) = parts.last() {
            let state = node.write_state.get_mut();
            state.history.process = Process::of_saved(&newest.saved.process);
            state.resumption = Resumption::of_parts(parts);
            node.is_stale = AtomicBool::new(true);
        }
        node
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(crate) fn counters(&self) -> &NodeCounters {
        &self.counters
    }

    pub(crate) fn stream_opened(&self) {
        self.open_streams.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stream_closed(&self, stream: StreamId) {
        let mut state = self.write_state.lock();
        if state.owner == Some(stream) {
            state.owner = None;
        }
        self.open_streams.fetch_sub(1, Ordering::Relaxed);
    }

    /// Records that a message arrived on `stream`.
    pub(crate) fn record_flush(&self, stream: StreamId, now: Duration) -> Result<(), Superseded> {
        let mut state = self.write_state.lock();
        state.claim(stream)?;
        state.last_flush = Some(now);
        Ok(())
    }

    /// Removes all series of a node that is stale, or only hides them while its stream is open: then Envoy may go on, and
    /// the totals are kept. Of another node, removes the series that its flushes no longer contain.
    ///
    /// `make_room` if other series have exceeded a limit.
    pub(crate) fn remove_stale(&self, now: Duration, limits: &Limits, make_room: bool) {
        let mut state = self.write_state.lock();
        let Some(last_flush) = state.last_flush else { return };
        let is_open = self.open_streams.load(Ordering::Relaxed) > 0;
        let age = now.saturating_sub(last_flush);
        // Without a stream, Envoy may reconnect at its next flush.
        let lost_after = limits.stale_after.max(state.intervals.interval() * 2);
        let learned = state.intervals.stale_after(limits.stale_after).min(limits.age_retention);
        let (stale_after, remove_after) =
            if is_open { (learned, limits.age_retention) } else { (limits.stale_after, lost_after) };
        if age > stale_after {
            self.is_stale.store(true, Ordering::Relaxed);
            if make_room || age > remove_after {
                let mut series = self.series.lock();
                if !series.lock().families.is_empty() {
                    series.lock().retire_all();
                    *series = no_series(&self.context);
                }
                state.history.forget_series();
            }
            return;
        }
        let Some(oldest) = last_flush.checked_sub(learned) else { return };
        let series = self.series.lock();
        let mut locked = series.lock();
        // No new page can take a reference while the outer lock is held.
        if locked.hide_stale(oldest.as_secs() as u32) && Arc::strong_count(&series) == 1 {
            locked.remove_hidden();
        }
    }

    /// Whether the page shows the node.
    pub(crate) fn is_on_page(&self) -> bool {
        !self.is_stale.load(Ordering::Relaxed)
    }

    /// Time of the node's last flush, by the store's clock.
    pub(crate) fn last_flush(&self) -> Option<Duration> {
        self.write_state.lock().last_flush
    }

    /// Whether the node has no open stream and has not flushed since `oldest`, so that it can be removed. Never blocks,
    /// because all nodes are locked meanwhile: a node that is applying a message is not idle.
    pub(crate) fn is_idle_since(&self, oldest: Duration) -> bool {
        self.open_streams.load(Ordering::Relaxed) == 0
            && self
                .write_state
                .try_lock()
                .is_some_and(|state| state.last_flush.is_none_or(|last| last < oldest))
    }

    pub(crate) fn series(&self) -> Arc<Mutex<NodeSeries>> {
        Arc::clone(&self.series.lock())
    }
}

impl WriteState {
    /// Makes `stream` the owner, unless a newer stream is.
    pub(super) fn claim(&mut self, stream: StreamId) -> Result<(), Superseded> {
        if self.owner.is_some_and(|owner| owner > stream) {
            return Err(Superseded);
        }
        self.owner = Some(stream);
        Ok(())
    }
}

fn no_series(context: &Arc<Context>) -> Arc<Mutex<NodeSeries>> {
    Arc::new(Mutex::new(NodeSeries::new(Arc::clone(context))))
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::super::context::Temporality;
    use super::*;
    use crate::refusal::Refusals;

    #[test]
    fn a_node_that_is_applying_a_message_is_not_idle() {
        let refusals = Arc::new(Refusals::register(&Registry::new()).unwrap());
        let limits = Limits {
            series: 1,
            bytes: 1,
            nodes: 1,
            label_bytes: 1024,
            stale_after: Duration::from_secs(1),
            age_retention: Duration::from_secs(1),
            page_timeout: Duration::from_secs(1),
        };
        let context = Context::new(&limits, Temporality::Cumulative, refusals);
        let node = Node::new(Identity { job: "envoy".into(), instance: "e".into() }, Arc::new(context));
        assert!(node.is_idle_since(Duration::ZERO));
        let applying = node.write_state.lock();
        // Neither call may block: both are made while all nodes are locked.
        assert!(!node.is_idle_since(Duration::ZERO));
        node.stream_opened();
        drop(applying);
        assert!(!node.is_idle_since(Duration::ZERO));
        node.stream_closed(0);
        assert!(node.is_idle_since(Duration::ZERO));
    }
}
