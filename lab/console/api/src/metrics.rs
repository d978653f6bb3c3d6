//! The console's own metrics, `console_*`.

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry};
use serde::Serialize;

/// Seconds, up to the default query timeout.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

const OK: &str = "ok";
const FAILED: &str = "failed";

/// A data source of dashboards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, ts(rename = "DataSource"))]
pub(crate) enum Source {
    Prometheus,
    InfluxDb,
    Jaeger,
}

/// Handles of the metrics; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    queries: IntCounterVec,
    durations: HistogramVec,
    /// Number of open event streams.
    pub(crate) event_streams: IntGauge,
}

impl Source {
    pub(crate) const ALL: [Self; 3] = [Self::Prometheus, Self::InfluxDb, Self::Jaeger];

    /// The name for people.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::InfluxDb => "InfluxDB",
            Self::Jaeger => "Jaeger",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::InfluxDb => "influxdb",
            Self::Jaeger => "jaeger",
        }
    }
}

impl Metrics {
    /// # Errors
    ///
    /// If the registry already has metrics of these names.
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let queries = IntCounterVec::new(
            Opts::new("console_queries_total", "Dashboard queries sent, by outcome."),
            &["source", "outcome"],
        )?;
        let opts = HistogramOpts::new(
            "console_query_duration_seconds",
            "Time until the response of a query was read.",
        );
        let durations = HistogramVec::new(opts.buckets(BUCKETS.to_vec()), &["source"])?;
        let event_streams = IntGauge::new("console_event_streams", "Open streams of server-sent events.")?;
        registry.register(Box::new(queries.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(event_streams.clone()))?;
        for source in Source::ALL {
            durations.with_label_values(&[source.name()]);
            for outcome in [OK, FAILED] {
                queries.with_label_values(&[source.name(), outcome]);
            }
        }
        Ok(Self { queries, durations, event_streams })
    }

    pub(crate) fn query(&self, source: Source, ok: bool, seconds: f64) {
        self.queries.with_label_values(&[source.name(), if ok { OK } else { FAILED }]).inc();
        self.durations.with_label_values(&[source.name()]).observe(seconds);
    }
}
