//! The exponentially decaying reservoir of go-metrics: a sample of 1,028 values that favors newer ones.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

const SIZE: usize = 1028;
/// Decay rate, per second.
const ALPHA: f64 = 0.015;
/// Interval at which weights are rescaled, because they grow exponentially and would overflow.
const RESCALE: Duration = Duration::from_secs(3600);

/// A sampled value. Lower priorities compare as greater, so that the heap's top is the sample to replace.
struct Sample {
    priority: f64,
    value: u64,
}

impl Ord for Sample {
    fn cmp(&self, other: &Self) -> Ordering {
        other.priority.total_cmp(&self.priority)
    }
}

impl PartialOrd for Sample {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sample {}

pub(crate) struct Reservoir {
    begin: Instant,
    samples: BinaryHeap<Sample>,
}

impl Reservoir {
    pub(crate) fn new() -> Self {
        Self { begin: Instant::now(), samples: BinaryHeap::with_capacity(SIZE) }
    }

    pub(crate) fn update(&mut self, value: u64) {
        let now = Instant::now();
        if now - self.begin > RESCALE {
            self.rescale(now);
        }
        let weight = (ALPHA * (now - self.begin).as_secs_f64()).exp();
        let sample = Sample { priority: weight / (1.0 - fastrand::f64()), value };
        if self.samples.len() < SIZE {
            self.samples.push(sample);
        } else if let Some(mut lowest) = self.samples.peek_mut()
            && lowest.priority < sample.priority
        {
            *lowest = sample;
        }
    }

    fn rescale(&mut self, now: Instant) {
        let factor = (-ALPHA * (now - self.begin).as_secs_f64()).exp();
        let samples =
            self.samples.drain().map(|sample| Sample { priority: sample.priority * factor, ..sample });
        self.samples = samples.collect();
        self.begin = now;
    }

    pub(crate) fn values(&self) -> Vec<u64> {
        self.samples.iter().map(|sample| sample.value).collect()
    }
}
