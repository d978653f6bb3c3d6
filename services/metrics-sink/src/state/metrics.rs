//! Metrics of the state file.

use prometheus::{Gauge, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// `metrics_sink_state_*`.
#[derive(Debug)]
pub(super) struct StateMetrics {
    pub(super) read_failures: IntCounter,
    pub(super) write_failures: IntCounter,
    pub(super) bytes: IntGauge,
    pub(super) written: Gauge,
}

impl StateMetrics {
    pub(super) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let failures = IntCounterVec::new(
            Opts::new(
                "metrics_sink_state_failures_total",
                "State files that were refused, and failed attempts to write one.",
            ),
            &["operation"],
        )?;
        let metrics = Self {
            read_failures: failures.with_label_values(&["read"]),
            write_failures: failures.with_label_values(&["write"]),
            bytes: IntGauge::new("metrics_sink_state_bytes", "Size of the state file when last written.")?,
            written: Gauge::new(
                "metrics_sink_state_written_timestamp_seconds",
                "Time of the last write of the state file, in seconds since the Unix epoch; 0 if never.",
            )?,
        };
        registry.register(Box::new(failures))?;
        registry.register(Box::new(metrics.bytes.clone()))?;
        registry.register(Box::new(metrics.written.clone()))?;
        Ok(metrics)
    }
}
