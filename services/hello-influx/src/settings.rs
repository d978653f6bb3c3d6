//! Settings from flags and environment variables.

mod access;
mod address;
mod points;

use std::fmt;
use std::time::Duration;

use clap::Args;
use kit::server::HttpSettings;
use kit::settings::duration;
use push_metrics::redact;
use thiserror::Error;

use address::AddressParser;

pub use access::{Access, AccessError};
pub use points::Points;

/// InfluxDB's minimum for a database's retention.
const MIN_RETENTION: Duration = Duration::from_secs(3600);

/// The server's settings, except for its port.
#[derive(Clone, Args)]
pub struct Settings {
    /// Address of InfluxDB, such as <http://127.0.0.1:8086>; if empty, nothing is pushed
    #[arg(long, env = "INFLUX_URL", value_name = "URL", default_value = "", hide_env_values = true, value_parser = AddressParser)]
    pub influx_url: String,
    /// Database to push to; created if it is missing
    #[arg(long, env = "INFLUX_DB", value_name = "NAME", default_value = "metric")]
    pub influx_db: String,
    /// Retention of a database that is created, such as 7d; 0s keeps points forever
    #[arg(long, env = "INFLUX_RETENTION", value_name = "DURATION", default_value = "7d", value_parser = retention)]
    pub influx_retention: Duration,
    /// Credentials for InfluxDB.
    #[command(flatten)]
    pub access: Access,
    /// What is written, and where.
    #[command(flatten)]
    pub points: Points,
    /// Value of each point's tag "host"
    #[arg(long, env = "HOST_TAG", value_name = "NAME", default_value_t = host_name())]
    pub host_tag: String,
    /// Grace period for requests in flight on shutdown, and again for the last push, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
    /// Settings of HTTP.
    #[command(flatten)]
    pub http: HttpSettings,
}

impl fmt::Debug for Settings {
    /// The address without credentials, and the other settings, which are not secret or hide their values.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("influx_url", &redact(&self.influx_url))
            .field("influx_db", &self.influx_db)
            .field("influx_retention", &self.influx_retention)
            .field("access", &self.access)
            .field("points", &self.points)
            .field("host_tag", &self.host_tag)
            .field("shutdown_grace", &self.shutdown_grace)
            .field("http", &self.http)
            .finish()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum InvalidSetting {
    #[error("expected any, one, quorum or all")]
    Consistency,
    #[error("expected ns, us, ms or s")]
    Precision,
    #[error("expected 1h or more, such as 7d, or 0s")]
    Retention,
}

fn retention(value: &str) -> Result<Duration, InvalidSetting> {
    let allowed = |time: &Duration| time.is_zero() || *time >= MIN_RETENTION;
    duration(value).ok().filter(allowed).ok_or(InvalidSetting::Retention)
}

fn host_name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_at_least_an_hour_or_0s() {
        assert_eq!(retention("7d"), Ok(Duration::from_secs(7 * 24 * 3600)));
        assert_eq!(retention("0s"), Ok(Duration::ZERO));
        for invalid in ["59m", "7", "-1h", "INF"] {
            assert_eq!(retention(invalid), Err(InvalidSetting::Retention), "{invalid}");
        }
    }
}
