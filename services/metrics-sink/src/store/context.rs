//! State shared by all nodes of a store: limits, budget, refusals and the fingerprint key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::budget::Budget;
use super::family_names::FamilyNames;
use super::identity::Identity;
use super::slot_index::Fingerprints;
use crate::refusal::Refusals;

/// Limits of a store. Data beyond them is refused; stored data stays.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Maximum number of series, counted as lines of the page: a histogram with 19 buckets is 22.
    pub series: usize,
    /// Maximum memory of the series, in bytes.
    pub bytes: usize,
    /// Maximum number of nodes, including those kept only for their age.
    pub nodes: usize,
    /// Maximum length of a name or of a label's value, in bytes.
    pub label_bytes: usize,
    /// A node or a series that has not been sent for this long is removed from the page. For a node with an open stream,
    /// three of its flush intervals if they are longer.
    pub stale_after: Duration,
    /// How long a node's age is reported after its last flush, and its totals are kept while its stream is open.
    pub age_retention: Duration,
    /// A page that is not read within this time is aborted, because it keeps removed series in memory.
    pub page_timeout: Duration,
}

/// The meaning of a counter's value. It must match Envoy's `report_counters_as_deltas`, which the stream does not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Temporality {
    /// The total since the Envoy started, which is Envoy's default.
    Cumulative,
    /// The increase in the last flush interval.
    Delta,
}

/// Shared by the series of all nodes.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) temporality: Temporality,
    /// Maximum length of a name or of a label's value, in bytes.
    pub(crate) max_label_bytes: usize,
    pub(crate) budget: Budget,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) fingerprints: Fingerprints,
    /// The names on the page.
    pub(crate) names: FamilyNames,
    has_reported_mismatch: AtomicBool,
}

impl Context {
    pub(crate) fn new(limits: &Limits, temporality: Temporality, refusals: Arc<Refusals>) -> Self {
        Self {
            temporality,
            max_label_bytes: limits.label_bytes,
            budget: Budget::new(limits.series, limits.bytes),
            refusals,
            fingerprints: Fingerprints::default(),
            names: FamilyNames::default(),
            has_reported_mismatch: AtomicBool::new(false),
        }
    }

    /// Logs the first node whose counters contradict the setting.
    pub(crate) fn report_mismatch(&self, node: &Identity) {
        if self.has_reported_mismatch.swap(true, Ordering::Relaxed) {
            return;
        }
        let Identity { job, instance } = node;
        match self.temporality {
            Temporality::Cumulative => tracing::warn!(
                job,
                instance,
                "counters fall in most flushes while Envoy keeps running: it reports deltas. Set SINK_COUNTERS=delta, or \
                 report_counters_as_deltas to false in Envoy. More flushes are counted in \
                 metrics_sink_node_counter_mismatches_total"
            ),
            Temporality::Delta => tracing::warn!(
                job,
                instance,
                "counters only rise from flush to flush: Envoy reports totals. Set SINK_COUNTERS=cumulative, or \
                 report_counters_as_deltas to true in Envoy. More flushes are counted in \
                 metrics_sink_node_counter_mismatches_total"
            ),
        }
    }
}
