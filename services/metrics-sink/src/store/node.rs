//! One Envoy: its identity, its streams, and its series.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use thiserror::Error;

use super::apply::{Application, Pass};
use super::context::Context;
use super::flush_tracker::FlushTracker;
use super::labels::push_label;
use super::node_series::NodeSeries;
use crate::wire::{Kind, Message};

/// Identifies an Envoy. Two Envoys with the same identity are indistinguishable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// `node.cluster`; may be empty.
    pub job: String,
    /// `node.id`; never empty.
    pub instance: String,
}

/// Streams are numbered in the order opened; the open stream with the highest number owns its node.
pub(crate) type StreamId = u64;

/// An Envoy that has opened a stream.
#[derive(Debug)]
pub(crate) struct Node {
    identity: Identity,
    context: Arc<Context>,
    open_streams: AtomicUsize,
    write_state: Mutex<WriteState>,
    /// Replaced instead of emptied, because pages in progress keep reading the old series. Hidden series are removed
    /// only while no page holds a reference.
    series: Mutex<Arc<Mutex<NodeSeries>>>,
}

/// State of the writers. Locked for a whole message, before the series are locked.
#[derive(Debug, Default)]
struct WriteState {
    flushes: FlushTracker,
    /// The open stream whose messages are accepted.
    owner: Option<StreamId>,
    /// The stream of the last applied message.
    last_applied: Option<StreamId>,
    /// Time of arrival of the last message, by the store's clock.
    last_flush: Option<Duration>,
}

/// The node has a newer stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the node has a newer stream")]
pub struct Superseded;

/// Families applied per lock of the series, so that pages get their turn.
const FAMILIES_PER_LOCK: usize = 512;

impl Identity {
    /// The labels of all series of the node, each preceded by a comma. An empty cluster yields no `job`, so Prometheus
    /// adds the scrape's own.
    pub(crate) fn labels(&self) -> String {
        let mut labels = String::new();
        for (name, value) in [("job", &self.job), ("instance", &self.instance)] {
            if !value.is_empty() {
                labels.push(',');
                push_label(&mut labels, name, value);
            }
        }
        labels
    }
}

impl Node {
    pub(crate) fn new(identity: Identity, context: Arc<Context>) -> Self {
        let series = Mutex::new(no_series(&context));
        Self { identity, context, open_streams: AtomicUsize::new(0), write_state: Mutex::default(), series }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
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

    /// Applies a message of `stream`. A newer stream may have claimed the node since [`Node::record_flush`].
    pub(crate) fn apply(
        &self,
        stream: StreamId,
        message: &Message<'_>,
        now: Duration,
    ) -> Result<(), Superseded> {
        let mut state = self.write_state.lock();
        state.claim(stream)?;
        let series = Arc::clone(&self.series.lock());
        let new_stream = state.last_applied.replace(stream) != Some(stream);
        state.flushes.start_message(timestamp_ms(message), new_stream);
        let mut application = Application {
            flushes: &mut state.flushes,
            second: now.as_secs() as u32,
            restarted: false,
            has_distributions: false,
        };
        series.lock().detect_restart(message, &mut application);
        for pass in [Pass::Scalars, Pass::Histograms, Pass::Summaries] {
            if pass != Pass::Scalars && !application.has_distributions {
                break;
            }
            let mut families = message.families();
            while series.lock().apply(&mut families, pass, &mut application, FAMILIES_PER_LOCK) {}
        }
        if application.restarted {
            let Identity { job, instance } = &self.identity;
            tracing::info!(job, instance, "Envoy restarted: its series are reset");
        }
        Ok(())
    }

    /// Removes all series if the node has not flushed for `stale_after`; otherwise the series that were not sent for
    /// that long.
    pub(crate) fn remove_stale(&self, now: Duration, stale_after: Duration) {
        let mut state = self.write_state.lock();
        let Some(oldest) = now.checked_sub(stale_after) else { return };
        if state.last_flush.is_none_or(|last| last < oldest) {
            let mut series = self.series.lock();
            if !series.lock().families.is_empty() {
                *series = no_series(&self.context);
            }
            state.flushes = FlushTracker::default();
            return;
        }
        let series = self.series.lock();
        let mut locked = series.lock();
        // No new page can take a reference while the outer lock is held.
        if locked.hide_stale(oldest.as_secs() as u32) && Arc::strong_count(&series) == 1 {
            locked.remove_hidden();
        }
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
    fn claim(&mut self, stream: StreamId) -> Result<(), Superseded> {
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

/// The timestamp of the message's first metric; 0 if absent.
fn timestamp_ms(message: &Message<'_>) -> i64 {
    let mut families = message.families();
    while let Ok(Some(mut family)) = families.next_family() {
        if let Ok(Some(metric)) = family.next_metric() {
            return metric.read(Kind::Counter, |_| {}).map_or(0, |sample| sample.timestamp_ms);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::super::budget::Budget;
    use super::super::context::Temporality;
    use super::super::slot_index::Fingerprints;
    use super::*;
    use crate::refusal::Refusals;

    #[test]
    fn labels_are_escaped() {
        let identity = Identity { job: "a\"b".into(), instance: "1".into() };
        assert_eq!(identity.labels(), r#",job="a\"b",instance="1""#);
    }

    #[test]
    fn an_empty_cluster_yields_no_job() {
        let identity = Identity { job: String::new(), instance: "1".into() };
        assert_eq!(identity.labels(), r#",instance="1""#);
    }

    #[test]
    fn a_node_that_is_applying_a_message_is_not_idle() {
        let context = Context {
            temporality: Temporality::Cumulative,
            max_label_bytes: 1024,
            budget: Budget::new(1, 1),
            refusals: Arc::new(Refusals::register(&Registry::new()).unwrap()),
            fingerprints: Fingerprints::default(),
        };
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
