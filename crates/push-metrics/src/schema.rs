//! The names of measurements and fields.

/// The names of measurements and fields: those of one of two versions of Go's reporter, vrischmann/go-metrics-influxdb.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schema {
    /// A measurement for each metric, such as `response_time.timer` with the fields `count`, `p99` and so on.
    ///
    /// The reporter without a version number, up to commit 4457d7e of January 2019.
    #[default]
    MeasurementPerMetric,
    /// One measurement for all metrics, with a field for each, such as `response_time.timer`. Its statistics are points that
    /// differ by the tag `bucket`, such as `count` or `p99`, and all are floats.
    ///
    /// The reporter's versions v0.1.0 and v0.1.1, the newest.
    FieldPerMetric {
        /// The name of the measurement.
        measurement: String,
    },
}
