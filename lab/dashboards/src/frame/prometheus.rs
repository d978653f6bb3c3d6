//! Converts Prometheus responses into frames: series, a table per target, or a heat map per histogram.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{Field, Frame, Values};
use crate::{
    interpolate::shown,
    queries::Query,
    response::{Labels, QueryResponse, Series},
    variables::Bound,
};

/// The label with a bucket's upper bound. Its values are numbers.
const LE: &str = "le";

/// The series of a target with the format `table`.
pub(super) struct Table<'a> {
    pub(super) ref_id: &'a str,
    pub(super) frames: Vec<Frame>,
}

pub(super) fn frames(response: &QueryResponse<'_>, series: &[Series], variables: &[Bound]) -> Vec<Frame> {
    let format = response.target.legend_format.as_deref().unwrap_or_default();
    let format = shown(format, variables);
    let expr = match response.query {
        Query::Instant { expr, .. } | Query::Range { expr, .. } => expr,
        Query::InfluxQl { .. } | Query::Traces { .. } => "",
    };
    let frame = |one: &Series| {
        let name = legend(&format, &one.labels, expr);
        let millis = |point: &(f64, f64)| Some((point.0 * 1000.0).round() as i64);
        let times = Values::Times(one.points.iter().map(millis).collect());
        let values = Values::Numbers(one.points.iter().map(|point| Some(point.1)).collect());
        let shown = Some(name.clone()).filter(|name| !name.is_empty());
        let value = Field { shown, labels: one.labels.clone(), ..Field::new("Value", values) };
        Frame {
            ref_id: response.target.ref_id.clone(),
            name,
            step_ms: response.query.step_ms(),
            fields: vec![Field::new("Time", times), value],
        }
    };
    series.iter().map(frame).collect()
}

/// The name of a series. Empty for `__auto`, which leaves the name to `display_name`.
fn legend(format: &str, labels: &Labels, expr: &str) -> String {
    let name = match format {
        "__auto" if !labels.is_empty() => return String::new(),
        "" | "__auto" => metric(labels),
        format => fill_labels(format, labels),
    };
    if name == "{}" { expr.to_owned() } else { name }
}

/// A series in Prometheus' notation: `name{label="value"}`.
fn metric(labels: &Labels) -> String {
    let name = labels.get("__name__").map_or("", String::as_str);
    let rest = labels.iter().filter(|(label, _)| *label != "__name__");
    let rest: Vec<String> = rest.map(|(label, value)| format!("{label}={value:?}")).collect();
    match (name, rest.is_empty()) {
        ("", true) => "{}".to_owned(),
        (name, true) => name.to_owned(),
        (name, false) => format!("{name}{{{}}}", rest.join(", ")),
    }
}

/// Replaces `{{label}}` by the label's value.
fn fill_labels(format: &str, labels: &Labels) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((label, after_label)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(labels.get(label.trim()).map_or("", String::as_str));
        rest = after_label;
    }
    out + rest
}

/// One table per target. If there are several, each value column has the target's name. A target without series becomes an empty
pub(super) fn tables(tables: Vec<Table<'_>>) -> Vec<Frame> {
    let several = tables.len() > 1;
    tables.into_iter().map(|table| one_table(&table, several)).collect()
}

fn one_table(table: &Table<'_>, several: bool) -> Frame {
    let value = if several { format!("Value #{}", table.ref_id) } else { "Value".to_owned() };
    let mut labels: Vec<&str> = Vec::new();
    let (mut times, mut values) = (Vec::new(), Vec::new());
    let mut rows: Vec<&Labels> = Vec::new();
    for frame in &table.frames {
        let [time, number] = frame.fields.as_slice() else { continue };
        for label in number.labels.keys() {
            if !labels.contains(&label.as_str()) {
                labels.push(label);
            }
        }
        if let (Values::Times(more), Values::Numbers(numbers)) = (&time.values, &number.values) {
            times.extend(more);
            values.extend(numbers);
            rows.extend(numbers.iter().map(|_| &number.labels));
        }
    }
    let column = |label: &str| {
        let text = |row: &&Labels| row.get(label).cloned();
        if label == LE {
            let number = |row: &&Labels| text(row)?.parse().ok();
            return Field::new(label, Values::Numbers(rows.iter().map(number).collect()));
        }
        Field::new(label, Values::Texts(rows.iter().map(|row| Some(text(row).unwrap_or_default())).collect()))
    };
    let mut fields = vec![Field::new("Time", Values::Times(times))];
    fields.extend(labels.iter().map(|label| column(label)));
    fields.push(Field::new(&value, Values::Numbers(values)));
    Frame { ref_id: table.ref_id.to_owned(), fields, ..Frame::default() }
}

/// Converts cumulative buckets into one frame per histogram (all labels except `le`): the times, and a field for each bucket with
/// its upper bound as the name. Buckets are sorted by bound and hold the difference from the bucket below.
pub(super) fn histograms(series: Vec<Frame>) -> Vec<Frame> {
    let mut histograms: BTreeMap<Labels, Vec<Frame>> = BTreeMap::new();
    for frame in series {
        let mut labels = frame.fields.get(1).map(|field| field.labels.clone()).unwrap_or_default();
        labels.remove("le");
        histograms.entry(labels).or_default().push(frame);
    }
    histograms.into_values().map(histogram).collect()
}

fn histogram(mut buckets: Vec<Frame>) -> Frame {
    buckets.sort_by(|a, b| bound(a).total_cmp(&bound(b)));
    let times: BTreeSet<i64> = buckets.iter().filter_map(Frame::times).flatten().copied().flatten().collect();
    let columns: Vec<Vec<Option<f64>>> = buckets.iter().map(|bucket| align(&times, bucket)).collect();
    let first = buckets.first();
    let mut fields = vec![Field::new("Time", Values::Times(times.iter().map(|time| Some(*time)).collect()))];
    for (at, bucket) in buckets.iter().enumerate() {
        // A bucket that is missing at a time has no count then, and its bound does not divide the bucket above.
        let below = |row: usize| columns[..at].iter().rev().find_map(|column| column[row]).unwrap_or(0.0);
        let cumulative = columns[at].iter().enumerate();
        let counts = cumulative.map(|(row, value)| Some((*value)? - below(row)));
        let labels = bucket.fields.get(1).map(|field| field.labels.clone()).unwrap_or_default();
        let name = labels.get("le").cloned().unwrap_or_default();
        fields.push(Field { labels, ..Field::new(&name, Values::Numbers(counts.collect())) });
    }
    Frame {
        ref_id: first.map(|frame| frame.ref_id.clone()).unwrap_or_default(),
        name: String::new(),
        step_ms: first.map_or(0, |frame| frame.step_ms),
        fields,
    }
}

/// A bucket's upper bound. Infinity if it is not a number, so that the bucket is sorted last.
fn bound(bucket: &Frame) -> f64 {
    let le = bucket.fields.get(1).and_then(|field| field.labels.get("le"));
    le.and_then(|le| le.parse().ok()).unwrap_or(f64::INFINITY)
}

/// A bucket's values at the given times.
fn align(times: &BTreeSet<i64>, bucket: &Frame) -> Vec<Option<f64>> {
    let numbers = bucket.fields.get(1).and_then(Field::numbers).unwrap_or_default();
    let points = bucket.times().unwrap_or_default().iter().copied().flatten().zip(numbers.iter().copied());
    let values: BTreeMap<i64, Option<f64>> = points.collect();
    times.iter().map(|time| values.get(time).copied().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|&(label, value)| (label.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn names_a_series_by_its_legend_format() {
        let set = labels(&[("__name__", "up"), ("job", "a"), ("instance", "b\"c")]);
        assert_eq!(legend("", &set, "up"), r#"up{instance="b\"c", job="a"}"#);
        assert_eq!(legend("{{ job }}: {{instance}}{{none}}!", &set, "up"), "a: b\"c!");
        assert_eq!(legend("{{job", &set, "up"), "{{job");
        assert_eq!(legend("__auto", &set, "up"), "");
        assert_eq!(legend("__auto", &labels(&[]), "sum(up)"), "sum(up)");
        assert_eq!(legend("", &labels(&[]), "sum(up)"), "sum(up)");
        assert_eq!(legend("", &labels(&[("__name__", "up")]), "up"), "up");
    }
}
