//! Settings: flags, and environment variables behind them.

use std::time::Duration;

use clap::Args;
use kit::settings::duration;
use push_metrics::Destination;

/// InfluxDB keeps nothing for less.
const SHORTEST_RETENTION: Duration = Duration::from_secs(3600);

/// What can be set, but for the port.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Address of InfluxDB, such as <http://127.0.0.1:8086>; without one, nothing is pushed
    #[arg(long, env = "INFLUX_URL", value_name = "URL", default_value = "", value_parser = url)]
    pub influx_url: String,
    /// Database to push to, made if it is missing
    #[arg(long, env = "INFLUX_DB", value_name = "NAME", default_value = "metric")]
    pub influx_db: String,
    /// How long a database that is made keeps its points, such as 7d; 0s is for ever
    #[arg(long, env = "INFLUX_RETENTION", value_name = "DURATION", default_value = "7d", value_parser = retention)]
    pub influx_retention: Duration,
    /// What the tag host of each point says
    #[arg(long, env = "HOST_TAG", value_name = "NAME", default_value_t = host_name())]
    pub host_tag: String,
    /// How long requests may take to end after a signal to stop, and then the last push, such as 5s or 500ms
    #[arg(long, env = "SHUTDOWN_GRACE", value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub shutdown_grace: Duration,
}

fn url(value: &str) -> Result<String, &'static str> {
    if value.is_empty() || Destination::v1(value, "any").is_ok() {
        Ok(value.to_owned())
    } else {
        Err("expected an address such as http://127.0.0.1:8086")
    }
}

fn retention(value: &str) -> Result<Duration, &'static str> {
    let allowed = |time: &Duration| time.is_zero() || *time >= SHORTEST_RETENTION;
    duration(value).ok().filter(allowed).ok_or("expected 1h or more, such as 7d, or 0s")
}

fn host_name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_or_is_none() {
        for right in ["", "http://influxdb:8086", "http://[::1]:8086/"] {
            assert_eq!(url(right).as_deref(), Ok(right));
        }
        for wrong in ["influxdb:8086", "influxdb", "ftp://influxdb"] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn points_are_kept_for_an_hour_or_more() {
        assert_eq!(retention("7d"), Ok(Duration::from_secs(7 * 24 * 3600)));
        assert_eq!(retention("0s"), Ok(Duration::ZERO));
        for wrong in ["59m", "7", "-1h", "INF"] {
            assert!(retention(wrong).is_err(), "{wrong}");
        }
    }
}
