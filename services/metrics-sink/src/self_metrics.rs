//! The sink's metrics about itself, `metrics_sink_*`.

use std::sync::Arc;

use parking_lot::Mutex;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

use crate::store::{NodeState, Store};

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
    nodes: Mutex<NodeMetrics>,
    descriptions: Vec<Desc>,
}

/// Metrics with a series per node.
#[derive(Debug)]
struct NodeMetrics {
    age: GaugeVec,
    restarts: IntCounterVec,
    series_resets: IntCounterVec,
    counter_mismatches: IntCounterVec,
    refused: IntCounterVec,
    missed: GaugeVec,
}

/// The labels of a node.
const NODE_LABELS: [&str; 2] = ["job", "instance"];

impl StoreCollector {
    fn new(store: Arc<Store>) -> prometheus::Result<Self> {
        let series =
            IntGauge::new("metrics_sink_series", "Series stored, counted as lines of /envoy/metrics.")?;
        let bytes = IntGauge::new("metrics_sink_series_bytes", "Estimated memory of the stored series.")?;
        let nodes = NodeMetrics::new()?;
        let mut descriptions = [series.desc(), bytes.desc()].concat();
        descriptions.extend(nodes.collectors().into_iter().flat_map(Collector::desc));
        let descriptions = descriptions.into_iter().cloned().collect();
        Ok(Self { store, series, bytes, nodes: Mutex::new(nodes), descriptions })
    }
}

impl NodeMetrics {
    fn new() -> prometheus::Result<Self> {
        let counter = |name: &str, help: &str| IntCounterVec::new(Opts::new(name, help), &NODE_LABELS);
        Ok(Self {
            age: GaugeVec::new(
                Opts::new(
                    "metrics_sink_node_last_flush_age_seconds",
                    "Time since an Envoy's last flush; reported for an hour after it.",
                ),
                &NODE_LABELS,
            )?,
            restarts: counter(
                "metrics_sink_node_restarts_total",
                "Restarts of an Envoy's process, which reset its series.",
            )?,
            series_resets: counter(
                "metrics_sink_node_series_resets_total",
                "Counters that an Envoy re-created while its process kept running.",
            )?,
            counter_mismatches: counter(
                "metrics_sink_node_counter_mismatches_total",
                "Flushes of an Envoy whose counters contradict SINK_COUNTERS.",
            )?,
            refused: counter(
                "metrics_sink_node_refused_total",
                "Refused messages, families and metrics of an Envoy, for any reason.",
            )?,
            missed: GaugeVec::new(
                Opts::new(
                    "metrics_sink_missed_seconds",
                    "Time whose flushes were lost between two streams of an Envoy's process.",
                ),
                &NODE_LABELS,
            )?,
        })
    }

    fn collectors(&self) -> [&dyn Collector; 6] {
        [
            &self.age,
            &self.restarts,
            &self.series_resets,
            &self.counter_mismatches,
            &self.refused,
            &self.missed,
        ]
    }

    fn set(&self, nodes: Vec<NodeState>) {
        self.age.reset();
        self.missed.reset();
        for counter in [&self.restarts, &self.series_resets, &self.counter_mismatches, &self.refused] {
            counter.reset();
        }
        for node in nodes {
            let labels = [&node.identity.job, &node.identity.instance];
            self.age.with_label_values(&labels).set(node.age.as_secs_f64());
            self.restarts.with_label_values(&labels).inc_by(node.restarts);
            self.series_resets.with_label_values(&labels).inc_by(node.series_resets);
            self.counter_mismatches.with_label_values(&labels).inc_by(node.counter_mismatches);
            self.refused.with_label_values(&labels).inc_by(node.refused);
            self.missed.with_label_values(&labels).set(node.missed.as_secs_f64());
        }
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
        let nodes = self.nodes.lock();
        nodes.set(self.store.nodes());
        let mut families = [self.series.collect(), self.bytes.collect()].concat();
        families.extend(nodes.collectors().into_iter().flat_map(Collector::collect));
        families
    }
}
