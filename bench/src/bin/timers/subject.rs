//! The timers that are measured.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use histogram::AtomicHistogram;
use push_metrics::{Registry, Timer};

use crate::reservoir::Reservoir;
use crate::values;

pub(crate) enum Subject {
    Ours(Arc<Timer>),
    Hdr(Mutex<Histogram<u64>>),
    Atomic(AtomicHistogram),
    Reservoir(Mutex<Reservoir>),
}

impl Subject {
    /// Empty timers, ours first.
    pub(crate) fn all() -> [Self; 4] {
        // Comparable errors: at most 1 % with two digits, and at most 0.8 % in the atomic histogram, up to a minute.
        let hdr = Histogram::new(2).expect("two digits");
        let atomic = AtomicHistogram::new(7, 36).expect("a right configuration");
        [
            Self::Ours(Registry::new().timer("timer").expect("a name")),
            Self::Hdr(Mutex::new(hdr)),
            Self::Atomic(atomic),
            Self::Reservoir(Mutex::new(Reservoir::new())),
        ]
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ours(_) => "push-metrics",
            Self::Hdr(_) => "hdrhistogram behind a mutex",
            Self::Atomic(_) => "histogram, atomic",
            Self::Reservoir(_) => "decaying reservoir behind a mutex",
        }
    }

    /// Records all durations.
    pub(crate) fn record(&self, nanos: &[u64]) {
        match self {
            Self::Ours(timer) => nanos.iter().for_each(|value| timer.update(Duration::from_nanos(*value))),
            Self::Hdr(histogram) => {
                nanos.iter().for_each(|value| lock(histogram).record(*value).expect("it grows"));
            }
            Self::Atomic(histogram) => {
                nanos.iter().for_each(|value| histogram.increment(*value).expect("below a minute"));
            }
            Self::Reservoir(reservoir) => nanos.iter().for_each(|value| lock(reservoir).update(*value)),
        }
    }

    /// The 0.999-quantile, in nanoseconds.
    pub(crate) fn p999(&self) -> f64 {
        match self {
            Self::Ours(timer) => timer.read(Instant::now()).durations.quantile(0.999),
            Self::Hdr(histogram) => lock(histogram).value_at_quantile(0.999) as f64,
            Self::Atomic(histogram) => {
                let found = histogram.load().quantile(0.999).expect("a quantile").expect("not empty");
                let (_, bucket) = found.entries().iter().next().expect("the requested quantile");
                f64::midpoint(bucket.start() as f64, bucket.end() as f64)
            }
            Self::Reservoir(reservoir) => values::quantile(&mut lock(reservoir).values(), 0.999) as f64,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
