//! The sink's metrics about itself, `metrics_sink_*`.

use std::sync::Arc;

use parking_lot::Mutex;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounter, IntGauge, Opts, Registry};

use crate::store::{FlushAge, Store};

/// Metrics that the gRPC service updates.
#[derive(Debug, Clone)]
pub(crate) struct SelfMetrics {
    pub(crate) streams: IntGauge,
    pub(crate) streams_total: IntCounter,
    pub(crate) messages: IntCounter,
    pub(crate) bytes: IntCounter,
    pub(crate) families: IntCounter,
}

impl SelfMetrics {
    pub(crate) fn register(registry: &Registry, store: Arc<Store>) -> prometheus::Result<Self> {
        let metrics = Self {
            streams: IntGauge::new("metrics_sink_streams", "Open streams.")?,
            streams_total: IntCounter::new("metrics_sink_streams_total", "Streams opened.")?,
            messages: IntCounter::new("metrics_sink_messages_total", "Messages accepted.")?,
            bytes: IntCounter::new("metrics_sink_received_bytes_total", "Bytes of the accepted messages.")?,
            families: IntCounter::new(
                "metrics_sink_families_total",
                "Metric families in the accepted messages.",
            )?,
        };
        registry.register(Box::new(metrics.streams.clone()))?;
        for counter in [&metrics.streams_total, &metrics.messages, &metrics.bytes, &metrics.families] {
            registry.register(Box::new(counter.clone()))?;
        }
        registry.register(Box::new(StoreCollector::new(store)?))?;
        Ok(metrics)
    }
}

/// Reads the state of the store at each scrape.
#[derive(Debug)]
struct StoreCollector {
    store: Arc<Store>,
    series: IntGauge,
    bytes: IntGauge,
    /// Locked while cleared and refilled, so that concurrent scrapes see all of it.
    ages: Mutex<GaugeVec>,
    descriptions: Vec<Desc>,
}

impl StoreCollector {
    fn new(store: Arc<Store>) -> prometheus::Result<Self> {
        let series =
            IntGauge::new("metrics_sink_series", "Series stored, counted as lines of /envoy/metrics.")?;
        let bytes = IntGauge::new("metrics_sink_series_bytes", "Estimated memory of the stored series.")?;
        let ages = GaugeVec::new(
            Opts::new(
                "metrics_sink_node_last_flush_age_seconds",
                "Time since an Envoy's last flush; reported for an hour after it.",
            ),
            &["job", "instance"],
        )?;
        let descriptions = [series.desc(), bytes.desc(), ages.desc()].concat().into_iter().cloned().collect();
        Ok(Self { store, series, bytes, ages: Mutex::new(ages), descriptions })
    }
}

impl Collector for StoreCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let budget = self.store.budget();
        self.series.set(budget.series().try_into().unwrap_or(i64::MAX));
        self.bytes.set(budget.bytes().try_into().unwrap_or(i64::MAX));
        let ages = self.ages.lock();
        ages.reset();
        for FlushAge { identity, age } in self.store.flush_ages() {
            ages.with_label_values(&[&identity.job, &identity.instance]).set(age.as_secs_f64());
        }
        let mut families = [self.series.collect(), self.bytes.collect()].concat();
        families.extend(ages.collect());
        families
    }
}
