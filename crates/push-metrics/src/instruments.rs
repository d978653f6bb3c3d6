//! Metrics without a distribution: counters, gauges and meters.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use crate::rates::{RateClock, Rates};

/// A signed count. It starts at 0 and wraps around.
#[derive(Debug, Default)]
pub struct Counter(AtomicI64);

impl Counter {
    /// Adds one.
    pub fn inc(&self) {
        self.add(1);
    }

    /// Subtracts one.
    pub fn dec(&self) {
        self.add(-1);
    }

    /// Adds `by`, which may be negative.
    pub fn add(&self, by: i64) {
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    /// Resets the count to 0.
    pub fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The current count.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A value that is set, initially 0: go-metrics' `GaugeFloat64`. A value that is not finite is not pushed, because InfluxDB
/// cannot store it.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Sets the value.
    pub fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// The current value.
    #[must_use]
    pub fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }
}

/// A whole number that is set, initially 0: go-metrics' `Gauge`. It is pushed as an integer, which InfluxDB does not accept
/// in a field that has floats, and the reverse.
#[derive(Debug, Default)]
pub struct IntegerGauge(AtomicI64);

impl IntegerGauge {
    /// Sets the value.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The current value.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A count of events and its rates.
///
/// The moving averages advance when the rates are read. A reporter reads them on each push.
#[derive(Debug)]
pub struct Meter {
    count: AtomicU64,
    clock: RateClock,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self { count: AtomicU64::new(0), clock: RateClock::new(Instant::now()) }
    }

    /// Counts events.
    pub fn mark(&self, events: u64) {
        self.count.fetch_add(events, Ordering::Relaxed);
    }

    /// The rates at `now`.
    #[must_use]
    pub fn rates(&self, now: Instant) -> Rates {
        self.clock.read(now, self.count.load(Ordering::Relaxed))
    }
}
