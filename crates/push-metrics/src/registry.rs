//! Metrics by name.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use thiserror::Error;

use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::line::{self, Unwritable};
use crate::meter::Meter;
use crate::timer::Timer;

/// Why there is no such metric.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RegistryError {
    /// A metric of this name is there, and is of another kind.
    #[error("{name:?} is a {is}, not a {asked}")]
    Kind {
        /// The metric's name.
        name: String,
        /// What it is.
        is: &'static str,
        /// What was asked for.
        asked: &'static str,
    },
    /// The name cannot be pushed.
    #[error("metric name")]
    Name(#[from] Unwritable),
}

/// Metrics by name; a clone is the same registry.
#[derive(Clone, Debug, Default)]
pub struct Registry(Arc<Mutex<BTreeMap<String, Metric>>>);

/// Any kind of metric.
#[derive(Clone, Debug)]
pub(crate) enum Metric {
    Counter(Arc<Counter>),
    Gauge(Arc<Gauge>),
    Meter(Arc<Meter>),
    Timer(Arc<Timer>),
}

impl Metric {
    fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::Meter(_) => "meter",
            Self::Timer(_) => "timer",
        }
    }
}

/// A method that gets a metric of its kind, made where there is none.
macro_rules! get_or_register {
    ($(#[$doc:meta])* $method:ident, $kind:ident, $new:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// If a metric of another kind has the name, or it is no name.
        pub fn $method(&self, name: &str) -> Result<Arc<$kind>, RegistryError> {
            match self.get_or_insert(name, || Metric::$kind(Arc::new($new)))? {
                Metric::$kind(metric) => Ok(metric),
                other => Err(RegistryError::Kind {
                    name: name.to_owned(),
                    is: other.kind(),
                    asked: stringify!($method),
                }),
            }
        }
    };
}

impl Registry {
    /// No metric yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    get_or_register! {
        /// The counter of this name; pushed as `NAME.count`.
        counter, Counter, Counter::default()
    }

    get_or_register! {
        /// The gauge of this name; pushed as `NAME.gauge`.
        gauge, Gauge, Gauge::default()
    }

    get_or_register! {
        /// The meter of this name; pushed as `NAME.meter`.
        meter, Meter, Meter::new()
    }

    get_or_register! {
        /// The timer of this name; pushed as `NAME.timer`.
        timer, Timer, Timer::new()
    }

    fn get_or_insert(&self, name: &str, new: impl FnOnce() -> Metric) -> Result<Metric, Unwritable> {
        line::check(name)?;
        Ok(match self.0.lock().entry(name.to_owned()) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => entry.insert(new()).clone(),
        })
    }

    /// Writes a point of each metric.
    pub(crate) fn write(&self, now: Instant, writer: &mut line::Writer<'_>) {
        let metrics = self.0.lock().clone();
        for (name, metric) in &metrics {
            match metric {
                Metric::Counter(counter) => writer.counter(name, counter.get()),
                Metric::Gauge(gauge) => writer.gauge(name, gauge.get()),
                Metric::Meter(meter) => writer.meter(name, &meter.rates(now)),
                Metric::Timer(timer) => writer.timer(name, &timer.read(now)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_metric() {
        let registry = Registry::new();
        registry.counter("a").expect("new").inc();
        registry.clone().counter("a").expect("the same").inc();
        assert_eq!(registry.counter("a").expect("the same").get(), 2);
        assert_eq!(registry.counter("b").expect("new").get(), 0);
    }

    #[test]
    fn a_name_is_of_one_kind() {
        let registry = Registry::new();
        registry.timer("response_time").expect("new");
        let error = registry.counter("response_time").expect_err("a timer");
        assert_eq!(error.to_string(), "\"response_time\" is a timer, not a counter");
        let error = registry.gauge("response_time").expect_err("a timer");
        assert_eq!(error.to_string(), "\"response_time\" is a timer, not a gauge");
        assert!(registry.meter("response_time").is_err());
    }

    #[test]
    fn what_cannot_be_pushed_is_no_name() {
        let error = Registry::new().counter("").expect_err("empty");
        assert!(matches!(error, RegistryError::Name(_)), "{error}");
    }
}
