//! The sink's metrics of itself, `metrics_sink_*`.

use std::sync::Arc;

use parking_lot::Mutex;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounter, IntGauge, Opts, Registry};

use crate::store::{Age, Nodes};

/// What is counted as it comes.
#[derive(Debug, Clone)]
pub(crate) struct OwnMetrics {
    pub(crate) streams: IntGauge,
    pub(crate) streams_total: IntCounter,
    pub(crate) messages: IntCounter,
    pub(crate) bytes: IntCounter,
    pub(crate) families: IntCounter,
}

impl OwnMetrics {
    pub(crate) fn register(registry: &Registry, nodes: Arc<Nodes>) -> prometheus::Result<Self> {
        let own = Self {
            streams: IntGauge::new("metrics_sink_streams", "Streams of Envoys that are open.")?,
            streams_total: IntCounter::new("metrics_sink_streams_total", "Streams that Envoys have opened.")?,
            messages: IntCounter::new("metrics_sink_messages_total", "Messages that were taken.")?,
            bytes: IntCounter::new(
                "metrics_sink_received_bytes_total",
                "Bytes of the messages that were taken.",
            )?,
            families: IntCounter::new(
                "metrics_sink_families_total",
                "Metric families in the messages that were taken.",
            )?,
        };
        registry.register(Box::new(own.streams.clone()))?;
        for counter in [&own.streams_total, &own.messages, &own.bytes, &own.families] {
            registry.register(Box::new(counter.clone()))?;
        }
        registry.register(Box::new(Held::new(nodes)?))?;
        Ok(own)
    }
}

/// What the store holds, asked for at each scrape.
#[derive(Debug)]
struct Held {
    nodes: Arc<Nodes>,
    series: IntGauge,
    bytes: IntGauge,
    /// Cleared and filled under this lock, lest two scrapes see half of it.
    ages: Mutex<GaugeVec>,
    descriptions: Vec<Desc>,
}

impl Held {
    fn new(nodes: Arc<Nodes>) -> prometheus::Result<Self> {
        let series = IntGauge::new("metrics_sink_series", "Series held, as lines of /envoy/metrics.")?;
        let bytes = IntGauge::new("metrics_sink_series_bytes", "Memory that the series take, as accounted.")?;
        let ages = GaugeVec::new(
            Opts::new(
                "metrics_sink_node_last_flush_age_seconds",
                "Time since an Envoy's last flush; told for an hour after it.",
            ),
            &["job", "instance"],
        )?;
        let descriptions = [series.desc(), bytes.desc(), ages.desc()].concat().into_iter().cloned().collect();
        Ok(Self { nodes, series, bytes, ages: Mutex::new(ages), descriptions })
    }
}

impl Collector for Held {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let budget = self.nodes.budget();
        self.series.set(budget.series().try_into().unwrap_or(i64::MAX));
        self.bytes.set(budget.bytes().try_into().unwrap_or(i64::MAX));
        let ages = self.ages.lock();
        ages.reset();
        for Age { identity, age } in self.nodes.ages() {
            ages.with_label_values(&[&identity.job, &identity.instance]).set(age.as_secs_f64());
        }
        let mut families = [self.series.collect(), self.bytes.collect()].concat();
        families.extend(ages.collect());
        families
    }
}
