//! A number that is as it is.

use std::sync::atomic::{AtomicU64, Ordering};

/// The last value that it was set to; 0 before. One that is not finite is not pushed: InfluxDB has none.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// What it is now.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// What it was set to.
    #[must_use]
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}
