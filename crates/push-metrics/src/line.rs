//! InfluxDB's line protocol: `measurement,tag=value field=value timestamp`, a line a point.

mod escape;

use std::fmt::Write as _;

use crate::rates::Rates;
use crate::timer::Reading;

pub use escape::Unwritable;
pub(crate) use escape::check;

/// The tags of every point, ready to be written: `,host=a,service=b`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags(String);

impl Tags {
    /// In the order in which InfluxDB sorts them.
    ///
    /// # Errors
    ///
    /// If a key or a value cannot be written.
    pub(crate) fn new<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Unwritable> {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.sort_unstable();
        let mut text = String::new();
        for (key, value) in tags {
            escape::check_key(key)?;
            check(value)?;
            text.push(',');
            escape::key(&mut text, key);
            text.push('=');
            escape::key(&mut text, value);
        }
        Ok(Self(text))
    }
}

/// Writes the points of one push. Names of measurements and fields are those of Go's newer reporter
/// (vrischmann/go-metrics-influxdb).
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    tags: &'a Tags,
    /// Nanoseconds since 1970.
    timestamp: u64,
    text: String,
    points: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(tags: &'a Tags, timestamp: u64) -> Self {
        Self { tags, timestamp, text: String::new(), points: 0 }
    }

    /// The lines, and how many there are.
    pub(crate) fn finish(self) -> (String, usize) {
        (self.text, self.points)
    }

    pub(crate) fn counter(&mut self, name: &str, value: i64) {
        self.point(name, "count", |fields| fields.integer("value", value));
    }

    pub(crate) fn gauge(&mut self, name: &str, value: f64) {
        if value.is_finite() {
            self.point(name, "gauge", |fields| fields.float("value", value));
        }
    }

    pub(crate) fn meter(&mut self, name: &str, rates: &Rates) {
        self.point(name, "meter", |fields| {
            fields.integer("count", signed(rates.count));
            fields.averages(rates);
            fields.float("mean", rates.mean);
        });
    }

    pub(crate) fn timer(&mut self, name: &str, Reading { rates, durations }: &Reading) {
        self.point(name, "timer", |fields| {
            fields.integer("count", signed(rates.count));
            fields.integer("max", signed(durations.max()));
            fields.float("mean", durations.mean());
            fields.integer("min", signed(durations.min()));
            fields.float("stddev", durations.stddev());
            fields.float("variance", durations.variance());
            for (field, q) in [
                ("p50", 0.5),
                ("p75", 0.75),
                ("p95", 0.95),
                ("p99", 0.99),
                ("p999", 0.999),
                ("p9999", 0.9999),
            ] {
                fields.float(field, durations.quantile(q));
            }
            fields.averages(rates);
            fields.float("meanrate", rates.mean);
        });
    }

    fn point(&mut self, name: &str, kind: &str, fields: impl FnOnce(&mut Fields<'_>)) {
        escape::measurement(&mut self.text, name);
        self.text.push('.');
        self.text.push_str(kind);
        self.text.push_str(&self.tags.0);
        fields(&mut Fields { text: &mut self.text, separator: ' ' });
        // A String takes everything.
        let _ = writeln!(self.text, " {}", self.timestamp);
        self.points += 1;
    }
}

/// A point's fields. Their names are this crate's own and need no escapes.
struct Fields<'a> {
    text: &'a mut String,
    separator: char,
}

impl Fields<'_> {
    fn integer(&mut self, name: &str, value: i64) {
        let _ = write!(self.text, "{}{name}={value}i", self.separator);
        self.separator = ',';
    }

    /// Of no durations, what has no value is 0, as in Go.
    fn float(&mut self, name: &str, value: f64) {
        let value = if value.is_finite() { value } else { 0.0 };
        let _ = write!(self.text, "{}{name}={value:?}", self.separator);
        self.separator = ',';
    }

    fn averages(&mut self, rates: &Rates) {
        self.float("m1", rates.m1);
        self.float("m5", rates.m5);
        self.float("m15", rates.m15);
    }
}

/// InfluxDB's integers are signed.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
