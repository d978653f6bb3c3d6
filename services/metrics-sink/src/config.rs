//! Settings: flags, and environment variables behind them.

use std::time::Duration;

use clap::Args;

use crate::output::Output;
use crate::store::{Counters, Limits};

/// What can be set.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Port for Envoy's metrics service, gRPC; 0 is any free one
    #[arg(long, env = "SINK_GRPC_PORT", value_name = "PORT", default_value = "9001", value_parser = kit::settings::port)]
    pub grpc_port: u16,
    /// Port for /envoy/metrics, /metrics and /healthz; 0 is any free one
    #[arg(long, env = "SINK_HTTP_PORT", value_name = "PORT", default_value = "9102", value_parser = kit::settings::port)]
    pub http_port: u16,
    /// What to do with what comes, comma-separated: prometheus, console (a JSON line per flush), console=families (one
    /// per family)
    #[arg(
        long,
        env = "SINK_OUTPUTS",
        value_name = "OUTPUTS",
        value_delimiter = ',',
        default_value = "prometheus"
    )]
    pub outputs: Vec<Output>,
    /// What counters mean; delta, if Envoy is set to report counters as deltas
    #[arg(long, env = "SINK_COUNTERS", value_enum, value_name = "MEANING", default_value = "cumulative")]
    pub counters: Counters,
    /// An Envoy that has been silent for so long disappears from /envoy/metrics, such as 30s
    #[arg(long, env = "SINK_STALE_AFTER", value_name = "DURATION", default_value = "30s", value_parser = duration)]
    pub stale_after: Duration,
    /// The largest message, in bytes, such as 16MiB
    #[arg(long, env = "SINK_MAX_MESSAGE", value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    pub max_message: usize,
    /// The most bytes of unfinished messages, of all streams together
    #[arg(long, env = "SINK_MAX_BUFFERED", value_name = "SIZE", default_value = "24MiB", value_parser = size)]
    pub max_buffered: usize,
    /// The most series, as lines of /envoy/metrics
    #[arg(long, env = "SINK_MAX_SERIES", value_name = "COUNT", default_value = "200000", value_parser = count)]
    pub max_series: usize,
    /// The most bytes of memory for series
    #[arg(long, env = "SINK_MAX_SERIES_BYTES", value_name = "SIZE", default_value = "48MiB", value_parser = size)]
    pub max_series_bytes: usize,
    /// The most Envoys, those included that have been gone for less than an hour
    #[arg(long, env = "SINK_MAX_NODES", value_name = "COUNT", default_value = "1000", value_parser = count)]
    pub max_nodes: usize,
    /// The most open streams
    #[arg(long, env = "SINK_MAX_STREAMS", value_name = "COUNT", default_value = "1000", value_parser = count)]
    pub max_streams: usize,
    /// The most bytes of a name or of a label's value
    #[arg(long, env = "SINK_MAX_LABEL", value_name = "SIZE", default_value = "1KiB", value_parser = size)]
    pub max_label: usize,
    /// How long open streams may take to end after a signal to stop, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
}

/// A node's age is told for so long after its last flush.
const REMEMBER: Duration = Duration::from_secs(3600);

/// A page has to be read within this time.
const READING: Duration = Duration::from_secs(30);

impl Config {
    /// The bounds of the store.
    pub fn limits(&self) -> Limits {
        Limits {
            series: self.max_series,
            bytes: self.max_series_bytes,
            nodes: self.max_nodes,
            label: self.max_label,
            stale_after: self.stale_after,
            remember: REMEMBER.max(self.stale_after),
            reading: READING,
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

fn size(value: &str) -> Result<usize, &'static str> {
    let (digits, factor) = match value.strip_suffix("KiB") {
        Some(digits) => (digits, 1 << 10),
        None => value.strip_suffix("MiB").map_or((value, 1), |digits| (digits, 1 << 20)),
    };
    // What a message's length on the wire can say.
    let fits = |size: &usize| *size > 0 && u32::try_from(*size).is_ok();
    digits
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(fits)
        .ok_or("expected a size from 1 byte to 4095MiB, such as 16MiB, 64KiB or 1000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("1000"), Ok(1000));
        assert_eq!(size("64KiB"), Ok(65_536));
        assert_eq!(size("16MiB"), Ok(16_777_216));
        for wrong in ["", "0", "-1", "1GB", "MiB", "4096MiB", "99999999999999999999"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn zero_is_no_limit() {
        assert!(count("0").is_err());
        assert!(duration("0s").is_err());
    }
}
