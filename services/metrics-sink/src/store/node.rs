//! One Envoy: its identity, its streams, and its series.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use thiserror::Error;

use super::apply::{Application, Pass};
use super::context::{Context, Limits};
use super::flush_intervals::FlushIntervals;
use super::history::History;
use super::labels::{NODE_LABELS, push_label};
use super::node_counters::NodeCounters;
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
    counters: NodeCounters,
    open_streams: AtomicUsize,
    /// The series are too old for the page.
    is_stale: AtomicBool,
    write_state: Mutex<WriteState>,
    /// Replaced instead of emptied, because pages in progress keep reading the old series. Hidden series are removed
    /// only while no page holds a reference.
    series: Mutex<Arc<Mutex<NodeSeries>>>,
}

/// State of the writers. Locked for a whole message, before the series are locked.
#[derive(Debug, Default)]
struct WriteState {
    history: History,
    intervals: FlushIntervals,
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
        for (name, value) in NODE_LABELS.into_iter().zip([&self.job, &self.instance]) {
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

    /// Applies a message of `stream`. A newer stream may have claimed the node since [`Node::record_flush`].
    pub(crate) fn apply(
        &self,
        stream: StreamId,
        message: &Message<'_>,
        now: Duration,
    ) -> Result<(), Superseded> {
        let mut state = self.write_state.lock();
        state.claim(stream)?;
        let WriteState { history, intervals, last_applied, .. } = &mut *state;
        let series = Arc::clone(&self.series.lock());
        let new_stream = last_applied.replace(stream) != Some(stream);
        let previous = history.flushes.flush();
        let ended = history.start_message(timestamp_ms(message), new_stream, self.context.temporality);
        if let Some(ended) = ended {
            intervals.record(now);
            self.counters.series_resets.add(ended.series_resets);
            if ended.has_restarted {
                series.lock().hide_not_written_in(previous);
                self.report_restart();
            }
            if ended.is_mismatch {
                self.counters.counter_mismatches.add(1);
                self.context.report_mismatch(&self.identity);
            }
        }
        let mut application = Application {
            history,
            second: now.as_secs() as u32,
            restarted: false,
            has_distributions: false,
            refused: 0,
        };
        for pass in [Pass::Scalars, Pass::Histograms, Pass::Summaries] {
            if pass != Pass::Scalars && !application.has_distributions {
                break;
            }
            let mut families = message.families();
            while series.lock().apply(&mut families, pass, &mut application, FAMILIES_PER_LOCK) {}
        }
        let Application { restarted, refused, history, .. } = application;
        if restarted {
            self.report_restart();
        }
        self.counters.refused.add(refused);
        self.counters.series_resets.add(history.end_message());
        self.is_stale.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn report_restart(&self) {
        self.counters.restarts.add(1);
        let Identity { job, instance } = &self.identity;
        tracing::info!(job, instance, "Envoy restarted: its series are reset");
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

/// The timestamp of the message's first metric; 0 if the metric has none, `None` without metrics.
fn timestamp_ms(message: &Message<'_>) -> Option<i64> {
    let mut families = message.families();
    while let Ok(Some(mut family)) = families.next_family() {
        if let Ok(Some(metric)) = family.next_metric() {
            return Some(metric.read(Kind::Counter, |_| {}).map_or(0, |sample| sample.timestamp_ms));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::super::context::Temporality;
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
