//! Which tutorials run: they decide what the lab expects of itself.

use clap::ValueEnum;

use crate::service::Service;

/// The tutorials that `make up` was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tutorial {
    /// Everything.
    All,
    /// gRPC echo behind Envoy, without the metrics sink.
    Echo,
    /// Envoy's metrics through the sink, with the echo as traffic to look at.
    Sink,
}

impl Tutorial {
    /// Whether Envoy's own metrics reach Prometheus.
    pub fn has_sink(self) -> bool {
        match self {
            Self::All | Self::Sink => true,
            Self::Echo => false,
        }
    }

    /// Whether this part belongs to it.
    pub fn expects(self, service: Service) -> bool {
        service != Service::MetricsSink || self.has_sink()
    }

    /// Prometheus' jobs, sorted.
    pub fn jobs(self) -> Vec<&'static str> {
        let mut jobs = vec!["alertmanager", "echo-server", "prometheus", "web-client"];
        if self.has_sink() {
            jobs.extend(["envoy", "metrics-sink"]);
        }
        jobs.sort_unstable();
        jobs
    }

    /// The alert rules that Prometheus must have loaded, sorted.
    pub fn alerts(self) -> Vec<&'static str> {
        let mut alerts = vec!["EchoErrorsHigh", "EchoSlow", "TargetDown"];
        if self.has_sink() {
            alerts.extend(["EnvoySilent", "SinkRefusing"]);
        }
        alerts.sort_unstable();
        alerts
    }

    /// The folders of grafana/dashboards that are provisioned.
    pub fn dashboard_folders(self) -> Vec<&'static str> {
        if self.has_sink() { vec!["lab", "echo", "sink"] } else { vec!["lab", "echo"] }
    }
}
