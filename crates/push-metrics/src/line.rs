//! InfluxDB's line protocol: each point is a line `measurement,tag=value field=value timestamp`.

use std::fmt::Write as _;

use thiserror::Error;

use crate::rates::Rates;
use crate::timer::Reading;

/// A text that line protocol cannot represent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("got {text:?}, expected {expected}")]
pub struct InvalidText {
    text: String,
    expected: &'static str,
}

/// Checks the name of a metric or the value of a tag.
///
/// # Errors
///
/// If it is empty, starts with `#` as comments do, or contains a control character or a backslash, which InfluxDB would
/// not read back unchanged.
pub(crate) fn check(text: &str) -> Result<(), InvalidText> {
    let is_invalid = |c: char| c.is_control() || c == '\\';
    if text.is_empty() || text.starts_with('#') || text.contains(is_invalid) {
        let expected = "a text without control characters and backslashes, not empty, not beginning with #";
        return Err(InvalidText { text: text.to_owned(), expected });
    }
    Ok(())
}

/// Checks the key of a tag.
///
/// # Errors
///
/// As [`check`], and if it is `time`, which InfluxDB reserves for the timestamp.
fn check_key(key: &str) -> Result<(), InvalidText> {
    if key == "time" {
        return Err(InvalidText { text: key.to_owned(), expected: "a tag other than the timestamp" });
    }
    check(key)
}

fn push_escaped(line: &mut String, text: &str, special: &[char]) {
    for c in text.chars() {
        if special.contains(&c) {
            line.push('\\');
        }
        line.push(c);
    }
}

/// The tags of every point, as they appear in a line: `,host=a,service=b`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags(String);

impl Tags {
    /// Tags sorted by key, the order that InfluxDB recommends. Keys must be distinct.
    ///
    /// # Errors
    ///
    /// If line protocol cannot represent a key or a value.
    pub(crate) fn new<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidText> {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.sort_unstable();
        let mut text = String::new();
        for (key, value) in tags {
            check_key(key)?;
            check(value)?;
            text.push(',');
            push_escaped(&mut text, key, &SPECIAL_IN_TAGS);
            text.push('=');
            push_escaped(&mut text, value, &SPECIAL_IN_TAGS);
        }
        Ok(Self(text))
    }
}

const SPECIAL_IN_MEASUREMENTS: [char; 2] = [',', ' '];
const SPECIAL_IN_TAGS: [char; 3] = [',', ' ', '='];

/// Writes the points of one push. The names of measurements and fields are those of Go's reporter
/// (vrischmann/go-metrics-influxdb).
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    tags: &'a Tags,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    timestamp: u64,
    text: String,
    points: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(tags: &'a Tags, timestamp: u64) -> Self {
        Self { tags, timestamp, text: String::new(), points: 0 }
    }

    /// The lines and their number.
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
        push_escaped(&mut self.text, name, &SPECIAL_IN_MEASUREMENTS);
        self.text.push('.');
        self.text.push_str(kind);
        self.text.push_str(&self.tags.0);
        fields(&mut Fields { text: &mut self.text, separator: ' ' });
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, " {}", self.timestamp);
        self.points += 1;
    }
}

/// The fields of a point. Their names are constants that need no escaping.
struct Fields<'a> {
    text: &'a mut String,
    separator: char,
}

impl Fields<'_> {
    fn integer(&mut self, name: &str, value: i64) {
        let _ = write!(self.text, "{}{name}={value}i", self.separator);
        self.separator = ',';
    }

    /// Writes 0 for NaN, as Go's reporter does for an empty timer.
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

/// Saturates, because InfluxDB's integers are signed.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
