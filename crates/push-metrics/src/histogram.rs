//! Values of any unit: how many, and their distribution in a sample of them.

mod sample;

use std::time::Instant;

use parking_lot::Mutex;

use sample::Reservoir;

pub use sample::Sample;

/// A histogram as go-metrics has it: the number of all values, and the distribution of a sample of them.
///
/// Recording takes a lock. For durations, a [`Timer`](crate::Timer) is more accurate and does not.
#[derive(Debug)]
pub struct Histogram(Mutex<State>);

#[derive(Debug)]
struct State {
    count: u64,
    reservoir: Reservoir,
    sample: Sample,
}

impl Histogram {
    pub(crate) fn new(sample: Sample) -> Self {
        Self(Mutex::new(State { count: 0, reservoir: Reservoir::new(sample, Instant::now()), sample }))
    }

    /// Records a value.
    pub fn update(&self, value: i64) {
        self.update_at(Instant::now(), value);
    }

    /// Records a value at `now`, on which its weight in an exponentially decaying sample depends.
    pub fn update_at(&self, now: Instant, value: i64) {
        let state = &mut *self.0.lock();
        state.count += 1;
        state.reservoir.update(now, state.count, value);
    }

    /// Removes all values, and resets the count to 0.
    pub fn clear(&self) {
        let state = &mut *self.0.lock();
        state.count = 0;
        state.reservoir = Reservoir::new(state.sample, Instant::now());
    }

    /// The number of values and the sample's distribution.
    #[must_use]
    pub fn read(&self) -> Distribution {
        let state = self.0.lock();
        let (count, mut values) = (state.count, state.reservoir.values());
        drop(state);
        values.sort_unstable();
        Distribution { count, values }
    }
}

/// The state of a [`Histogram`] at one point in time. All but [`count`](Self::count) are 0 without values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    count: u64,
    /// Ascending.
    values: Vec<i64>,
}

impl Distribution {
    /// Number of all values since the start.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The smallest value of the sample.
    #[must_use]
    pub fn min(&self) -> i64 {
        self.values.first().copied().unwrap_or_default()
    }

    /// The largest value of the sample.
    #[must_use]
    pub fn max(&self) -> i64 {
        self.values.last().copied().unwrap_or_default()
    }

    /// The mean of the sample.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let sum: i128 = self.values.iter().map(|value| i128::from(*value)).sum();
        if self.values.is_empty() { 0.0 } else { sum as f64 / self.values.len() as f64 }
    }

    /// The population variance of the sample.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        let squares = self.values.iter().map(|value| (*value as f64 - mean).powi(2));
        if self.values.is_empty() { 0.0 } else { squares.sum::<f64>() / self.values.len() as f64 }
    }

    /// The population standard deviation of the sample.
    #[must_use]
    pub fn stddev(&self) -> f64 {
        self.variance().sqrt()
    }

    /// The percentile `p` of the sample, from 0 to 1, as go-metrics defines it: at position `p (n + 1)` of `n` values,
    /// interpolated linearly.
    #[must_use]
    pub fn percentile(&self, p: f64) -> f64 {
        let position = p * (self.values.len() + 1) as f64;
        // Saturates for a position below 0.
        let lower = position as usize;
        match (self.values.get(lower.wrapping_sub(1)), self.values.get(lower)) {
            (Some(below), Some(above)) => *below as f64 + position.fract() * (*above as f64 - *below as f64),
            (None, _) if lower == 0 => self.min() as f64,
            _ => self.max() as f64,
        }
    }
}

#[cfg(test)]
mod tests;
