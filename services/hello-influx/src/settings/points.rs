//! What is written, and where in InfluxDB.

use clap::Args;
use clap::builder::FalseyValueParser;
use push_metrics::{Consistency, Precision, Schema};

use super::InvalidSetting;

/// Parameters of the writes, and the names and timestamps of the points.
#[derive(Clone, Debug, Default, Args)]
pub struct Points {
    /// Organization of InfluxDB 2.x; if set, --influx-db is a bucket, and a token is required
    #[arg(long, env = "INFLUX_ORG", value_name = "NAME", default_value = "")]
    pub influx_org: String,
    /// Retention policy to write to; if empty, the default of the database
    #[arg(long, env = "INFLUX_RP", value_name = "NAME", default_value = "")]
    pub influx_rp: String,
    /// Nodes of a cluster that must have stored a point: any, one, quorum or all
    #[arg(long, env = "INFLUX_CONSISTENCY", value_name = "LEVEL", value_parser = consistency)]
    pub influx_consistency: Option<Consistency>,
    /// Unit of timestamps: ns, us, ms or s
    #[arg(long, env = "INFLUX_PRECISION", value_name = "UNIT", default_value = "ns", value_parser = precision)]
    pub influx_precision: Precision,
    /// Measurement of all points, with the names of Go's reporter v0.1.1; if empty, a measurement for each metric
    #[arg(long, env = "INFLUX_MEASUREMENT", value_name = "NAME", default_value = "")]
    pub influx_measurement: String,
    /// Rounds timestamps down to whole seconds
    #[arg(long, env = "INFLUX_ALIGN", value_parser = FalseyValueParser::new())]
    pub influx_align: bool,
}

impl Points {
    pub(crate) fn schema(&self) -> Schema {
        match self.influx_measurement.as_str() {
            "" => Schema::MeasurementPerMetric,
            measurement => Schema::FieldPerMetric { measurement: measurement.to_owned() },
        }
    }
}

fn consistency(value: &str) -> Result<Consistency, InvalidSetting> {
    match value {
        "any" => Ok(Consistency::Any),
        "one" => Ok(Consistency::One),
        "quorum" => Ok(Consistency::Quorum),
        "all" => Ok(Consistency::All),
        _ => Err(InvalidSetting::Consistency),
    }
}

/// The pushes are a second apart, so that minutes and hours cannot be their unit.
fn precision(value: &str) -> Result<Precision, InvalidSetting> {
    match value {
        "" | "n" | "ns" => Ok(Precision::Nanoseconds),
        "u" | "us" => Ok(Precision::Microseconds),
        "ms" => Ok(Precision::Milliseconds),
        "s" => Ok(Precision::Seconds),
        _ => Err(InvalidSetting::Precision),
    }
}
