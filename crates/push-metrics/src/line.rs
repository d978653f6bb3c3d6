//! InfluxDB's line protocol: each point is a line `measurement,tag=value field=value timestamp`.

mod text;

use std::fmt::Write as _;

use crate::histogram::Distribution;
use crate::rates::Rates;
use crate::schema::Schema;
use crate::timer::Reading;

pub use text::InvalidText;
pub(crate) use text::{Tags, check_measurement, check_name};

/// The value of a field.
#[derive(Clone, Copy, Debug)]
enum Value {
    Integer(i64),
    Float(f64),
}

use Value::{Float, Integer};

/// A statistic of a metric: its name and value.
type Statistic = (&'static str, Value);

/// Writes the points of one push.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    schema: &'a Schema,
    tags: &'a Tags,
    /// In the unit that the request states.
    timestamp: u64,
    text: String,
    points: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(schema: &'a Schema, tags: &'a Tags, timestamp: u64) -> Self {
        Self { schema, tags, timestamp, text: String::new(), points: 0 }
    }

    /// The lines and their number.
    pub(crate) fn finish(self) -> (String, usize) {
        (self.text, self.points)
    }

    pub(crate) fn counter(&mut self, name: &str, value: i64) {
        self.value(name, "count", Integer(value));
    }

    pub(crate) fn gauge(&mut self, name: &str, value: f64) {
        if value.is_finite() {
            self.value(name, "gauge", Float(value));
        }
    }

    pub(crate) fn integer_gauge(&mut self, name: &str, value: i64) {
        self.value(name, "gauge", Integer(value));
    }

    pub(crate) fn meter(&mut self, name: &str, rates: &Rates) {
        let [m1, m5, m15] = averages(rates);
        self.statistics(name, "meter", &[count(rates.count), m1, m5, m15, ("mean", Float(rates.mean))]);
    }

    pub(crate) fn histogram(&mut self, name: &str, distribution: &Distribution) {
        let quantiles = QUANTILES.map(|(field, q)| (field, Float(distribution.percentile(q))));
        let others = [
            count(distribution.count()),
            ("max", Integer(distribution.max())),
            ("mean", Float(distribution.mean())),
            ("min", Integer(distribution.min())),
            ("stddev", Float(distribution.stddev())),
            ("variance", Float(distribution.variance())),
        ];
        self.statistics(name, "histogram", &[&others[..], &quantiles].concat());
    }

    pub(crate) fn timer(&mut self, name: &str, Reading { rates, durations }: &Reading) {
        let quantiles = QUANTILES.map(|(field, q)| (field, Float(durations.quantile(q))));
        let others = [
            count(rates.count),
            ("max", Integer(signed(durations.max()))),
            ("mean", Float(durations.mean())),
            ("min", Integer(signed(durations.min()))),
            ("stddev", Float(durations.stddev())),
            ("variance", Float(durations.variance())),
        ];
        let mean_rate = [("meanrate", Float(rates.mean))];
        self.statistics(name, "timer", &[&others[..], &quantiles, &averages(rates), &mean_rate].concat());
    }

    fn value(&mut self, name: &str, kind: &str, value: Value) {
        match self.schema {
            Schema::MeasurementPerMetric => self.point_of_metric(name, kind, &[("value", value)]),
            Schema::FieldPerMetric { measurement } => {
                self.field_of_metric(measurement, name, kind, None, value);
            }
        }
    }

    fn statistics(&mut self, name: &str, kind: &str, statistics: &[Statistic]) {
        match self.schema {
            Schema::MeasurementPerMetric => self.point_of_metric(name, kind, statistics),
            Schema::FieldPerMetric { measurement } => {
                for (bucket, value) in statistics {
                    let value = Float(match value {
                        Integer(value) => *value as f64,
                        Float(value) => *value,
                    });
                    self.field_of_metric(measurement, name, kind, Some(bucket), value);
                }
            }
        }
    }

    /// Writes a point to the measurement `NAME.KIND`.
    fn point_of_metric(&mut self, name: &str, kind: &str, fields: &[Statistic]) {
        text::push_measurement(&mut self.text, name);
        let _ = write!(self.text, ".{kind}{}", self.tags.all);
        let mut separator = ' ';
        for (field, value) in fields {
            // The names of statistics need no escaping.
            let _ = write!(self.text, "{separator}{field}=");
            self.push_value(*value);
            separator = ',';
        }
        self.end_point();
    }

    /// Writes a point with the field `NAME.KIND`.
    fn field_of_metric(
        &mut self,
        measurement: &str,
        name: &str,
        kind: &str,
        bucket: Option<&str>,
        value: Value,
    ) {
        text::push_measurement(&mut self.text, measurement);
        let _ = match bucket {
            Some(bucket) => write!(self.text, "{},bucket={bucket} ", self.tags.without_bucket),
            None => write!(self.text, "{} ", self.tags.all),
        };
        text::push_key(&mut self.text, name);
        let _ = write!(self.text, ".{kind}=");
        self.push_value(value);
        self.end_point();
    }

    /// Writes 0 for NaN, as Go's reporter does for an empty timer.
    fn push_value(&mut self, value: Value) {
        // Writing to a String cannot fail.
        let _ = match value {
            Integer(value) => write!(self.text, "{value}i"),
            Float(value) if value.is_finite() => write!(self.text, "{value:?}"),
            Float(_) => write!(self.text, "0.0"),
        };
    }

    fn end_point(&mut self) {
        let _ = writeln!(self.text, " {}", self.timestamp);
        self.points += 1;
    }
}

const QUANTILES: [(&str, f64); 6] =
    [("p50", 0.5), ("p75", 0.75), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("p9999", 0.9999)];

fn count(count: u64) -> Statistic {
    ("count", Integer(signed(count)))
}

fn averages(rates: &Rates) -> [Statistic; 3] {
    [("m1", Float(rates.m1)), ("m5", Float(rates.m5)), ("m15", Float(rates.m15))]
}

/// Saturates, because InfluxDB's integers are signed.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
