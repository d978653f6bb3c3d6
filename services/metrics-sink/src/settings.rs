//! The settings: flags, and environment variables for those not given.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use kit::server::{GrpcSettings, HttpSettings};
use kit::settings::size;
use thiserror::Error;

use crate::outputs::Output;
use crate::security::{SecuritySettings, path};
use crate::store::{Limits, Temporality};

/// The settings of the sink.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Port of Envoy's metrics service (gRPC); 0 picks a free port
    #[arg(long, env = "SINK_GRPC_PORT", value_name = "PORT", default_value = "9001", value_parser = kit::settings::port)]
    pub grpc_port: u16,
    /// Port of /envoy/metrics, /metrics and /healthz; 0 picks a free port
    #[arg(long, env = "SINK_HTTP_PORT", value_name = "PORT", default_value = "9102", value_parser = kit::settings::port)]
    pub http_port: u16,
    /// Outputs, comma-separated: prometheus (/envoy/metrics), console (a JSON line per flush on stdout), console=families
    /// (a line per family)
    #[arg(
        long,
        env = "SINK_OUTPUTS",
        value_name = "OUTPUTS",
        value_delimiter = ',',
        default_value = "prometheus"
    )]
    pub outputs: Vec<Output>,
    /// What counter values mean; delta if Envoy is set to report counters as deltas
    #[arg(long, env = "SINK_COUNTERS", value_enum, value_name = "TEMPORALITY", default_value = "cumulative")]
    pub counters: Temporality,
    /// Time after which an Envoy or series that is not sent any more is removed, such as 30s
    #[arg(long, env = "SINK_STALE_AFTER", value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub stale_after: Duration,
    /// Maximum size of a message, such as 16MiB
    #[arg(long, env = "SINK_MAX_MESSAGE", value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    pub max_message: usize,
    /// Maximum memory of incomplete messages, of all streams together
    #[arg(long, env = "SINK_MAX_BUFFERED", value_name = "SIZE", default_value = "24MiB", value_parser = size)]
    pub max_buffered: usize,
    /// Maximum number of series, counted as lines of /envoy/metrics
    #[arg(long, env = "SINK_MAX_SERIES", value_name = "COUNT", default_value = "200000", value_parser = count)]
    pub max_series: usize,
    /// Maximum memory of the series
    #[arg(long, env = "SINK_MAX_SERIES_BYTES", value_name = "SIZE", default_value = "48MiB", value_parser = size)]
    pub max_series_bytes: usize,
    /// Maximum number of Envoys, including those that flushed within the last hour
    #[arg(long, env = "SINK_MAX_NODES", value_name = "COUNT", default_value = "1000", value_parser = count)]
    pub max_nodes: usize,
    /// Maximum number of open streams
    #[arg(long, env = "SINK_MAX_STREAMS", value_name = "COUNT", default_value = "1000", value_parser = count)]
    pub max_streams: usize,
    /// Maximum size of a name or of a label's value
    #[arg(long, env = "SINK_MAX_LABEL", value_name = "SIZE", default_value = "1KiB", value_parser = size)]
    pub max_label: usize,
    /// File that keeps accumulated values over a restart of the sink; none if empty
    #[arg(long, env = "SINK_STATE_FILE", value_name = "FILE", default_value = "", value_parser = path)]
    pub state_file: PathBuf,
    /// Grace period for requests in flight at SIGTERM, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Settings of gRPC.
    #[command(flatten)]
    pub grpc: GrpcSettings,
    /// Settings of HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
    /// TLS and authentication.
    #[command(flatten)]
    pub security: SecuritySettings,
}

/// Settings that contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Contradiction {
    /// A message may be larger than the memory for it.
    #[error(
        "--max-buffered (SINK_MAX_BUFFERED) is {max_buffered} bytes: expected at least the {max_message} bytes of \
         --max-message (SINK_MAX_MESSAGE), because larger messages would be refused"
    )]
    Buffered {
        /// The memory of incomplete messages.
        max_buffered: usize,
        /// The maximum size of a message.
        max_message: usize,
    },
}

/// How long a node's age is reported after its last flush.
const AGE_RETENTION: Duration = Duration::from_secs(3600);

/// Limit for reading a page of `/envoy/metrics`.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);

impl Settings {
    /// Checks settings that depend on each other.
    ///
    /// # Errors
    ///
    /// If two settings contradict each other.
    pub fn check(&self) -> Result<(), Contradiction> {
        let Self { max_buffered, max_message, .. } = *self;
        if max_buffered < max_message {
            return Err(Contradiction::Buffered { max_buffered, max_message });
        }
        Ok(())
    }

    /// The state file, if there is one.
    pub(crate) fn state_file(&self) -> Option<PathBuf> {
        Some(self.state_file.clone()).filter(|path| !path.as_os_str().is_empty())
    }

    /// The limits of the store.
    pub fn limits(&self) -> Limits {
        Limits {
            series: self.max_series,
            bytes: self.max_series_bytes,
            nodes: self.max_nodes,
            label_bytes: self.max_label,
            stale_after: self.stale_after,
            age_retention: AGE_RETENTION.max(self.stale_after),
            page_timeout: PAGE_TIMEOUT,
        }
    }
}

fn count(value: &str) -> Result<usize, &'static str> {
    value.parse().ok().filter(|count| *count > 0).ok_or("expected a whole number from 1")
}

fn duration(value: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(value)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or("expected a duration above 0, such as 30s or 500ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_zero() {
        assert!(count("0").is_err());
        assert!(duration("0s").is_err());
    }
}
