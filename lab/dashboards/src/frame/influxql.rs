//! Converts `InfluxDB` responses into frames: a series for each column of each tag set, or one table.

use serde_json::Value;

use super::data::{Field, Frame, Values};
use crate::{
    Unsupported,
    interpolate::{as_text, replace},
    response::{QueryResponse, Rows},
    variables::Bound,
};

const TIME: &str = "time";

pub(super) fn frames(
    response: &QueryResponse<'_>,
    rows: &[Rows],
    variables: &[Bound],
) -> Result<Vec<Frame>, Unsupported> {
    let target = response.target;
    let frames = match target.result_format.as_deref() {
        Some("table") => vec![table(rows)],
        None | Some("" | "time_series") => {
            // InfluxDB's placeholders, such as `$tag_host`, are filled later, for each series.
            let is_placeholder =
                |name: &str| name.starts_with("tag_") || ["m", "measurement", "col"].contains(&name);
            let alias = replace(target.alias.as_deref().unwrap_or_default(), |name, format| {
                if is_placeholder(name) {
                    return Ok(format!("${{{name}}}"));
                }
                // Grafana leaves unknown variables unchanged.
                as_text(variables, name, format).or_else(|_| Ok(format!("${name}")))
            })?;
            rows.iter().flat_map(|one| series(one, &alias)).collect()
        }
        Some(other) => return Err(Unsupported(format!("targets.resultFormat = {other:?}"))),
    };
    let (ref_id, step_ms) = (&target.ref_id, response.query.step_ms());
    Ok(frames.into_iter().map(|frame| Frame { ref_id: ref_id.clone(), step_ms, ..frame }).collect())
}

fn series(rows: &Rows, alias: &str) -> Vec<Frame> {
    let time = rows.columns.iter().position(|column| column == TIME);
    let Some(time) = time else {
        return vec![Frame { name: rows.name.clone(), fields: columns(rows), ..Frame::default() }];
    };
    let values = rows.columns.iter().enumerate().filter(|(at, _)| *at != time);
    values
        .map(|(at, column)| {
            let name = name(rows, column, alias);
            let value = Field {
                shown: Some(name.clone()),
                labels: rows.tags.clone(),
                ..Field::new("Value", cells(rows, at))
            };
            let fields = vec![Field::new("Time", times(rows, time)), value];
            Frame { name, fields, ..Frame::default() }
        })
        .collect()
}

/// The alias with its placeholders filled in. Without an alias: `measurement.column { tag: value }`.
fn name(rows: &Rows, column: &str, alias: &str) -> String {
    if alias.is_empty() {
        let tags: Vec<String> = rows.tags.iter().map(|(tag, value)| format!("{tag}: {value}")).collect();
        let tags = if tags.is_empty() { String::new() } else { format!(" {{ {} }}", tags.join(" ")) };
        return format!("{}.{column}{tags}", rows.name);
    }
    let mut out = String::new();
    let mut rest = alias;
    while let Some(at) = rest.find(['$', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((key, length)) = placeholder(rest) else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
            continue;
        };
        let value = match key {
            "m" | "measurement" => Some(rows.name.as_str()),
            "col" => Some(column),
            key => match key.parse::<usize>() {
                Ok(segment) => rows.name.split('.').nth(segment),
                Err(_) => key.strip_prefix("tag_").and_then(|tag| rows.tags.get(tag)).map(String::as_str),
            },
        };
        out.push_str(value.unwrap_or(&rest[..length]));
        rest = &rest[length..];
    }
    out + rest
}

/// Parses `$name`, `${name}` or `[[name]]` at the start of `text` into the name and the length in bytes.
fn placeholder(text: &str) -> Option<(&str, usize)> {
    for (open, close) in [("[[", "]]"), ("${", "}")] {
        if let Some(inner) = text.strip_prefix(open) {
            let end = inner.find(close)?;
            return Some((&inner[..end], open.len() + end + close.len()));
        }
    }
    let rest = text.strip_prefix('$')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_@-".contains(c))).unwrap_or(rest.len());
    (end > 0).then(|| (&rest[..end], end + 1))
}

/// One table with the time, tags and columns of all rows.
fn table(rows: &[Rows]) -> Frame {
    let mut names: Vec<&str> = Vec::new();
    let tags = rows.iter().flat_map(|one| one.tags.keys());
    for name in tags.chain(rows.iter().flat_map(|one| &one.columns)) {
        if name != TIME && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let has_time = rows.iter().any(|one| one.columns.iter().any(|column| column == TIME));
    let mut fields = Vec::new();
    if has_time {
        fields.push(Field::new("Time", typed(&collect_cells(rows, TIME), true)));
    }
    fields.extend(names.iter().map(|name| Field::new(name, typed(&collect_cells(rows, name), false))));
    Frame { fields, ..Frame::default() }
}

/// The cells of a column or tag across all rows.
fn collect_cells(rows: &[Rows], name: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for one in rows {
        let tag = one.tags.get(name).map(|value| Value::from(value.as_str()));
        let at = one.columns.iter().position(|column| column == name);
        let cell = |row: &Vec<Value>| tag.clone().or_else(|| row.get(at?).cloned()).unwrap_or_default();
        all.extend(one.values.iter().map(cell));
    }
    all
}

/// The columns of a result without a time, such as that of `SHOW TAG VALUES`.
fn columns(rows: &Rows) -> Vec<Field> {
    let names = rows.columns.iter().enumerate();
    names.map(|(at, name)| Field::new(name, cells(rows, at))).collect()
}

fn times(rows: &Rows, at: usize) -> Values {
    Values::Times(rows.values.iter().map(|row| row.get(at).and_then(Value::as_i64)).collect())
}

fn cells(rows: &Rows, at: usize) -> Values {
    let cells: Vec<Value> = rows.values.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect();
    typed(&cells, false)
}

/// Determines the type by the first non-null cell: strings and booleans become texts, everything else numbers.
fn typed(cells: &[Value], is_time: bool) -> Values {
    let first = cells.iter().find(|cell| !cell.is_null());
    match first {
        _ if is_time => Values::Times(cells.iter().map(Value::as_i64).collect()),
        Some(Value::String(_) | Value::Bool(_)) => Values::Texts(
            cells
                .iter()
                .map(|cell| match cell {
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                })
                .collect(),
        ),
        _ => Values::Numbers(cells.iter().map(Value::as_f64).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> Rows {
        Rows {
            name: "response_time.timer".into(),
            tags: [("host".to_owned(), "a".to_owned()), ("dc".to_owned(), "x".to_owned())].into(),
            columns: vec!["time".into(), "p50".into(), "p99".into()],
            values: vec![vec![json!(1000), json!(5), json!(7.5)], vec![json!(2000), json!(null), json!(8)]],
        }
    }

    #[test]
    fn fills_the_placeholders_of_an_alias() {
        let named = |alias: &str| name(&rows(), "p50", alias);
        assert_eq!(named(""), "response_time.timer.p50 { dc: x host: a }");
        assert_eq!(named("$tag_host of $m"), "a of response_time.timer");
        assert_eq!(named("[[tag_dc]]/$col/${tag_host}"), "x/p50/a");
        assert_eq!(named("$0 and $1 and $7"), "response_time and timer and $7");
        assert_eq!(named("$tag_none [[tag_none]] 5 $"), "$tag_none [[tag_none]] 5 $");
    }

    #[test]
    fn makes_a_series_per_column_or_one_table() {
        let frames = series(&rows(), "");
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[0].times().unwrap(), [Some(1000), Some(2000)]);
        assert_eq!(frames[0].fields[1].numbers().unwrap(), [Some(5.0), None]);
        let table = table(&[rows()]);
        let names: Vec<&str> = table.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["Time", "dc", "host", "p50", "p99"]);
        assert_eq!(table.fields[2].values, Values::Texts(vec![Some("a".into()), Some("a".into())]));
    }
}
