//! One Envoy: its identity, its streams, and its series.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::apply::{Moment, Pass};
use super::contents::Contents;
use super::flush::Flushes;
use super::identity::Identity;
use super::rules::Rules;
use crate::wire::{Kind, Message};

/// Streams are numbered as they come; the newest of a node is its own.
pub type StreamId = u64;

/// An Envoy that has flushed.
#[derive(Debug)]
pub struct Node {
    identity: Identity,
    rules: Arc<Rules>,
    /// Those that are open.
    streams: AtomicUsize,
    writing: Mutex<Writing>,
    /// Replaced, never emptied: whoever renders keeps the old. Its places change only while nobody else has it.
    contents: Mutex<Arc<Mutex<Contents>>>,
}

/// What only those that write need. Its lock is held for a whole message, and taken before that of the contents.
#[derive(Debug, Default)]
struct Writing {
    flushes: Flushes,
    /// The open stream that the node's messages come from.
    owner: Option<StreamId>,
    /// The stream whose message was applied last.
    applied: Option<StreamId>,
    /// When the last message came, by the sink's clock.
    last: Option<Duration>,
}

/// A message came on a stream that is not the node's newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded;

/// Families that are applied before whoever renders gets a turn.
const FAMILIES_PER_TURN: usize = 512;

impl Node {
    pub(crate) fn new(identity: Identity, rules: Arc<Rules>) -> Self {
        let contents = Mutex::new(empty(&rules));
        Self { identity, rules, streams: AtomicUsize::new(0), writing: Mutex::default(), contents }
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(crate) fn opened(&self) {
        self.streams.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self, stream: StreamId) {
        let mut writing = self.writing.lock();
        if writing.owner == Some(stream) {
            writing.owner = None;
        }
        self.streams.fetch_sub(1, Ordering::Relaxed);
    }

    /// A message has come on `stream`; from the newest that is open they are taken.
    pub(crate) fn flushed(&self, stream: StreamId, now: Duration) -> Result<(), Superseded> {
        let mut writing = self.writing.lock();
        writing.take_from(stream)?;
        writing.last = Some(now);
        Ok(())
    }

    /// Applies a message of `stream`, which has been checked. A newer stream's may have come since [`Node::flushed`].
    pub(crate) fn apply(
        &self,
        stream: StreamId,
        message: Message<'_>,
        now: Duration,
    ) -> Result<(), Superseded> {
        let mut writing = self.writing.lock();
        writing.take_from(stream)?;
        let contents = Arc::clone(&self.contents.lock());
        let new_stream = writing.applied.replace(stream) != Some(stream);
        writing.flushes.begin(timestamp_ms(message), new_stream);
        let mut moment = Moment {
            flushes: &mut writing.flushes,
            second: now.as_secs() as u32,
            restarted: false,
            distributions: false,
        };
        contents.lock().look_for_restart(message, &mut moment);
        for pass in [Pass::Scalars, Pass::Histograms, Pass::Summaries] {
            if pass != Pass::Scalars && !moment.distributions {
                break;
            }
            let mut rest = message;
            while contents.lock().apply(&mut rest, pass, &mut moment, FAMILIES_PER_TURN) {}
        }
        if moment.restarted {
            let Identity { job, instance } = &self.identity;
            tracing::info!(job, instance, "the Envoy has restarted, its series begin anew");
        }
        Ok(())
    }

    /// Forgets the series if the node has been silent for `stale_after`, or those of them that have not been sent for
    /// as long.
    pub(crate) fn forget_old(&self, now: Duration, stale_after: Duration) {
        let mut writing = self.writing.lock();
        let Some(oldest) = now.checked_sub(stale_after) else { return };
        if writing.last.is_none_or(|last| last < oldest) {
            let mut contents = self.contents.lock();
            if !contents.lock().families.is_empty() {
                *contents = empty(&self.rules);
            }
            writing.flushes = Flushes::default();
            return;
        }
        let contents = self.contents.lock();
        let mut held = contents.lock();
        // Nobody can begin to read while the outer lock is held.
        if held.hide_old(oldest.as_secs() as u32) && Arc::strong_count(&contents) == 1 {
            held.forget_hidden();
        }
    }

    /// When it flushed last.
    pub(crate) fn last(&self) -> Option<Duration> {
        self.writing.lock().last
    }

    /// Whether nothing is lost when it is forgotten. Does not wait, for other nodes would with it: one whose message is
    /// being applied is not silent.
    pub(crate) fn is_silent_since(&self, oldest: Duration) -> bool {
        self.streams.load(Ordering::Relaxed) == 0
            && self.writing.try_lock().is_some_and(|writing| writing.last.is_none_or(|last| last < oldest))
    }

    pub(crate) fn contents(&self) -> Arc<Mutex<Contents>> {
        Arc::clone(&self.contents.lock())
    }
}

impl Writing {
    /// The node's messages come from `stream` now, if none is newer.
    fn take_from(&mut self, stream: StreamId) -> Result<(), Superseded> {
        if self.owner.is_some_and(|owner| owner > stream) {
            return Err(Superseded);
        }
        self.owner = Some(stream);
        Ok(())
    }
}

fn empty(rules: &Arc<Rules>) -> Arc<Mutex<Contents>> {
    Arc::new(Mutex::new(Contents::new(Arc::clone(rules))))
}

/// The time that the message's first metric bears; 0 if none does.
fn timestamp_ms(mut message: Message<'_>) -> i64 {
    while let Ok(Some(mut family)) = message.next_family() {
        if let Ok(Some(metric)) = family.next_metric() {
            return metric.read(Kind::Counter, |_| {}).map_or(0, |reading| reading.timestamp_ms);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::super::budget::Budget;
    use super::super::rules::Counters;
    use super::super::slots::Fingerprints;
    use super::*;
    use crate::refusal::Refusals;

    #[test]
    fn a_node_whose_message_is_being_applied_holds_up_no_other() {
        let rules = Rules {
            counters: Counters::Cumulative,
            longest_label: 1024,
            budget: Budget::new(1, 1),
            refusals: Arc::new(Refusals::register(&Registry::new()).unwrap()),
            fingerprints: Fingerprints::default(),
        };
        let node = Node::new(Identity { job: "envoy".into(), instance: "e".into() }, Arc::new(rules));
        assert!(node.is_silent_since(Duration::ZERO));
        let applying = node.writing.lock();
        // Both are asked while all nodes are locked.
        assert!(!node.is_silent_since(Duration::ZERO));
        node.opened();
        drop(applying);
        assert!(!node.is_silent_since(Duration::ZERO));
        node.closed(0);
        assert!(node.is_silent_since(Duration::ZERO));
    }
}
