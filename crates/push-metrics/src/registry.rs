//! The registry of metrics.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use thiserror::Error;

use crate::histogram::{Histogram, Sample};
use crate::instruments::{Counter, Gauge, IntegerGauge, Meter};
use crate::line::{self, InvalidText, Tags};
use crate::schema::Schema;
use crate::timer::Timer;

/// A metric that cannot be registered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryError {
    /// The name belongs to a metric of another kind.
    #[error("{name:?} is a {registered}, not a {requested}")]
    Kind {
        /// The metric's name.
        name: String,
        /// The kind of the registered metric.
        registered: &'static str,
        /// The kind that was requested.
        requested: &'static str,
    },
    /// Line protocol cannot represent the name.
    #[error("metric name")]
    Name(#[from] InvalidText),
}

/// Metrics by name. Clones share their metrics.
#[derive(Clone, Debug, Default)]
pub struct Registry(Arc<Mutex<BTreeMap<String, Metric>>>);

/// Any kind of metric.
#[derive(Clone, Debug)]
pub(crate) enum Metric {
    Counter(Arc<Counter>),
    Gauge(Arc<Gauge>),
    IntegerGauge(Arc<IntegerGauge>),
    Histogram(Arc<Histogram>),
    Meter(Arc<Meter>),
    Timer(Arc<Timer>),
}

impl Metric {
    fn kind(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Gauge(_) => "gauge",
            Self::IntegerGauge(_) => "gauge of integers",
            Self::Histogram(_) => "histogram",
            Self::Meter(_) => "meter",
            Self::Timer(_) => "timer",
        }
    }
}

/// Defines a method that returns the metric of a name, and registers it if needed.
macro_rules! get_or_register {
    ($(#[$doc:meta])* $method:ident($($argument:ident: $type:ty)?), $kind:ident, $requested:literal, $new:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// If a metric of another kind has the name, or line protocol cannot represent it.
        pub fn $method(&self, name: &str $(, $argument: $type)?) -> Result<Arc<$kind>, RegistryError> {
            match self.get_or_insert(name, || Metric::$kind(Arc::new($new)))? {
                Metric::$kind(metric) => Ok(metric),
                other => Err(RegistryError::Kind {
                    name: name.to_owned(),
                    registered: other.kind(),
                    requested: $requested,
                }),
            }
        }
    };
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    get_or_register! {
        /// Returns the counter with this name, and registers it if needed. It is pushed as `NAME.count`.
        counter(), Counter, "counter", Counter::default()
    }

    get_or_register! {
        /// Returns the gauge with this name, and registers it if needed. It is pushed as `NAME.gauge`.
        gauge(), Gauge, "gauge", Gauge::default()
    }

    get_or_register! {
        /// Returns the integer gauge with this name, and registers it if needed. It is pushed as `NAME.gauge`.
        integer_gauge(), IntegerGauge, "gauge of integers", IntegerGauge::default()
    }

    get_or_register! {
        /// Returns the histogram with this name, and registers it with this sample if needed. It is pushed as
        /// `NAME.histogram`.
        histogram(sample: Sample), Histogram, "histogram", Histogram::new(sample)
    }

    get_or_register! {
        /// Returns the meter with this name, and registers it if needed. It is pushed as `NAME.meter`.
        meter(), Meter, "meter", Meter::new()
    }

    get_or_register! {
        /// Returns the timer with this name, and registers it if needed. It is pushed as `NAME.timer`.
        timer(), Timer, "timer", Timer::new()
    }

    fn get_or_insert(&self, name: &str, new: impl FnOnce() -> Metric) -> Result<Metric, InvalidText> {
        line::check_name(name)?;
        Ok(match self.0.lock().entry(name.to_owned()) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => entry.insert(new()).clone(),
        })
    }

    /// Renders a point of each metric in line protocol, as a [`Reporter`](crate::Reporter) pushes it with the default
    /// [`Schema`].
    ///
    /// `timestamp` is in nanoseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// If line protocol cannot represent a tag.
    pub fn to_line_protocol(
        &self,
        tags: &BTreeMap<String, String>,
        timestamp: u64,
    ) -> Result<String, InvalidText> {
        let tags = Tags::new(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))?;
        let mut writer = line::Writer::new(&Schema::MeasurementPerMetric, &tags, timestamp);
        self.write(Instant::now(), &mut writer);
        Ok(writer.finish().0)
    }

    /// Writes a point of each metric.
    pub(crate) fn write(&self, now: Instant, writer: &mut line::Writer<'_>) {
        let metrics = self.0.lock().clone();
        for (name, metric) in &metrics {
            match metric {
                Metric::Counter(counter) => writer.counter(name, counter.get()),
                Metric::Gauge(gauge) => writer.gauge(name, gauge.get()),
                Metric::IntegerGauge(gauge) => writer.integer_gauge(name, gauge.get()),
                Metric::Histogram(histogram) => writer.histogram(name, &histogram.read()),
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
    fn a_name_always_returns_the_same_metric() {
        let registry = Registry::new();
        registry.counter("a").expect("new").inc();
        registry.clone().counter("a").expect("the same").inc();
        assert_eq!(registry.counter("a").expect("the same").get(), 2);
        assert_eq!(registry.counter("b").expect("new").get(), 0);
    }

    #[test]
    fn a_name_cannot_have_two_kinds() {
        let registry = Registry::new();
        registry.timer("response_time").expect("new");
        let error = registry.counter("response_time").expect_err("a timer");
        assert_eq!(error.to_string(), "\"response_time\" is a timer, not a counter");
        let error = registry.gauge("response_time").expect_err("a timer");
        assert_eq!(error.to_string(), "\"response_time\" is a timer, not a gauge");
        assert!(registry.meter("response_time").is_err());
        registry.integer_gauge("threads").expect("new");
        let error = registry.gauge("threads").expect_err("an integer gauge");
        assert_eq!(error.to_string(), "\"threads\" is a gauge of integers, not a gauge");
        assert!(registry.histogram("threads", Sample::default()).is_err());
    }

    #[test]
    fn rejects_names_that_line_protocol_cannot_represent() {
        let error = Registry::new().counter("").expect_err("empty");
        assert!(matches!(error, RegistryError::Name(_)), "{error}");
    }
}
