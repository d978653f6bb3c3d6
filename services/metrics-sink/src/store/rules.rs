//! What holds for every node.

use std::sync::Arc;

use super::budget::Budget;
use super::slots::Fingerprints;
use crate::refusal::Refusals;

/// What a counter's number means; Envoy's `report_counters_as_deltas`, which the stream does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Counters {
    /// All since the Envoy began: Envoy's default.
    Cumulative,
    /// What the last flush interval saw.
    Delta,
}

/// What every node's series are held by.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) counters: Counters,
    /// Bytes that a name, or a label's value, may have.
    pub(crate) longest_label: usize,
    pub(crate) budget: Budget,
    pub(crate) refusals: Arc<Refusals>,
    pub(crate) fingerprints: Fingerprints,
}
