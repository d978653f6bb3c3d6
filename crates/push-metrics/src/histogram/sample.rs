//! Samples of a stream of values.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::Instant;

/// How a [`Histogram`](crate::Histogram) chooses the values that it keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Sample {
    /// Each value has the same probability of being kept.
    Uniform {
        /// Maximum number of values kept.
        size: usize,
    },
    /// Newer values are more likely to be kept.
    ExpDecay {
        /// Maximum number of values kept.
        size: usize,
        /// Decay of a value's weight, per second.
        alpha: f64,
    },
}

/// go-metrics' choice for its timers: 1,028 values, and a weight that halves every 46 seconds.
impl Default for Sample {
    fn default() -> Self {
        Self::ExpDecay { size: 1028, alpha: 0.015 }
    }
}

/// The values of a [`Sample`].
#[derive(Debug)]
pub(super) enum Reservoir {
    /// Algorithm R of Vitter, "Random sampling with a reservoir" (1985).
    Uniform { size: usize, values: Vec<i64> },
    /// Cormode and others, "Forward decay" (2009): keeps the values with the highest priorities.
    ExpDecay { size: usize, alpha: f64, begin: Instant, values: BinaryHeap<Prioritized> },
}

impl Reservoir {
    pub(super) fn new(sample: Sample, begin: Instant) -> Self {
        match sample {
            Sample::Uniform { size } => Self::Uniform { size, values: Vec::new() },
            Sample::ExpDecay { size, alpha } => {
                Self::ExpDecay { size, alpha, begin, values: BinaryHeap::new() }
            }
        }
    }

    /// Adds the value that is number `count` of the stream, counted from 1.
    pub(super) fn update(&mut self, now: Instant, count: u64, value: i64) {
        match self {
            Self::Uniform { size, values } if values.len() < *size => values.push(value),
            Self::Uniform { values, .. } => {
                let index = usize::try_from(fastrand::u64(..count)).unwrap_or(usize::MAX);
                if let Some(kept) = values.get_mut(index) {
                    *kept = value;
                }
            }
            Self::ExpDecay { size, alpha, begin, values } => {
                // The logarithm of the weight exp(alpha t) / u with u in (0, 1]. The weight itself would overflow after hours.
                let seconds = now.saturating_duration_since(*begin).as_secs_f64();
                let priority = *alpha * seconds - (1.0 - fastrand::f64()).ln();
                let added = Prioritized { priority, value };
                if values.len() < *size {
                    values.push(added);
                } else if let Some(mut lowest) = values.peek_mut()
                    && lowest.priority < priority
                {
                    *lowest = added;
                }
            }
        }
    }

    pub(super) fn values(&self) -> Vec<i64> {
        match self {
            Self::Uniform { values, .. } => values.clone(),
            Self::ExpDecay { values, .. } => values.iter().map(|kept| kept.value).collect(),
        }
    }
}

/// A value with its priority. The lowest priority is the greatest: the heap's top is the value to replace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prioritized {
    priority: f64,
    value: i64,
}

impl Ord for Prioritized {
    fn cmp(&self, other: &Self) -> Ordering {
        other.priority.total_cmp(&self.priority)
    }
}

impl PartialOrd for Prioritized {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Prioritized {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Prioritized {}
