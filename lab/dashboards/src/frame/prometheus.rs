//! Frames of Prometheus: a series each, or one table a target.

use super::{
    super::{
        Unknown,
        answer::{Answered, Labels, Series},
        interpolate::{as_text, replace},
        queries::Query,
        variables::Bound,
    },
    Field, Frame, Values, step_ms,
};

/// The label whose values are numbers: a bucket's upper bound.
const LE: &str = "le";

/// The series of a target that is shown as a table.
pub(super) struct Table<'a> {
    pub(super) ref_id: &'a str,
    pub(super) frames: Vec<Frame>,
}

pub(super) fn frames(
    answered: &Answered<'_>,
    series: &[Series],
    variables: &[Bound],
) -> Result<Vec<Frame>, Unknown> {
    let format = answered.target.legend_format.as_deref().unwrap_or_default();
    let format = replace(format, |name, format| as_text(variables, name, format))?;
    let expr = match answered.query {
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
            ref_id: answered.target.ref_id.clone(),
            name,
            step_ms: step_ms(answered.query),
            fields: vec![Field::new("Time", times), value],
        }
    };
    Ok(series.iter().map(frame).collect())
}

/// A series' name; empty if Grafana is to find one that tells the series apart (`__auto`).
fn legend(format: &str, labels: &Labels, expr: &str) -> String {
    let name = match format {
        "__auto" if !labels.is_empty() => return String::new(),
        "" | "__auto" => metric(labels),
        format => filled(format, labels),
    };
    if name == "{}" { expr.to_owned() } else { name }
}

/// As Prometheus writes a series.
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

/// `{{label}}` by the label's value.
fn filled(format: &str, labels: &Labels) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((label, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(labels.get(label.trim()).map_or("", String::as_str));
        rest = behind;
    }
    out + rest
}

/// A table each; where there are several, each value is named by its target. A target without an answer has an empty
/// table.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|&(label, value)| (label.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn a_series_is_named_as_its_legend_says() {
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
