use std::collections::BTreeMap;

use push_metrics::Registry;

const TIMESTAMP: u64 = 1_500_000_000_000_000_001;

/// Writes a counter and a gauge in line protocol. An independent reader recovers names, tags and values.
///
/// The first eight bytes are the values. The rest is text that NUL separates into the metrics' name, and keys and values
/// of tags.
pub fn line_protocol(data: &[u8]) {
    let Some((value, text)) = data.split_first_chunk() else { return };
    let (integer, float) = (i64::from_be_bytes(*value), f64::from_be_bytes(*value));
    let text = String::from_utf8_lossy(text);
    let mut texts = text.split('\0').map(str::to_owned);
    let name = texts.next().unwrap_or_default();
    let mut tags = BTreeMap::new();
    while let (Some(key), Some(value)) = (texts.next(), texts.next()) {
        tags.insert(key, value);
    }

    let registry = Registry::new();
    let Ok(counter) = registry.counter(&name) else { return };
    counter.add(integer);
    let Ok(gauge) = registry.gauge(&format!("{name}.")) else { return };
    gauge.set(float);
    let Ok(lines) = registry.to_line_protocol(&tags, TIMESTAMP) else { return };

    assert!(lines.ends_with('\n'), "{lines:?}");
    let mut expected = vec![(format!("{name}.count"), format!("{integer}i"))];
    if float.is_finite() {
        expected.push((format!("{name}..gauge"), format!("{float:?}")));
    }
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(measurement, value)| Point {
            measurement,
            tags: tags.clone(),
            fields: format!("value={value}"),
            timestamp: TIMESTAMP.to_string(),
        })
        .collect();
    let points: Vec<_> = lines.split_terminator('\n').map(Point::read).collect();
    assert_eq!(points, expected, "{lines:?}");
}

#[derive(Debug, PartialEq)]
struct Point {
    measurement: String,
    tags: BTreeMap<String, String>,
    fields: String,
    timestamp: String,
}

impl Point {
    fn read(line: &str) -> Self {
        let (measurement, mut rest) = read_until(line, &[',', ' '], &[',', ' ']);
        let mut tags = BTreeMap::new();
        while let Some(tag) = rest.strip_prefix(',') {
            let (key, after_key) = read_until(tag, &['='], &[',', ' ', '=']);
            let value = after_key.strip_prefix('=').expect("a tag has a value");
            let (value, after_value) = read_until(value, &[',', ' '], &[',', ' ', '=']);
            assert!(tags.insert(key, value).is_none(), "duplicate tag: {line}");
            rest = after_value;
        }
        let (fields, timestamp) = rest.trim_start().split_once(' ').expect("fields and timestamp");
        Self { measurement, tags, fields: fields.to_owned(), timestamp: timestamp.to_owned() }
    }
}

/// Splits at the first of `ends` that does not follow a backslash, as InfluxDB does. In what is before it, removes the
/// backslash before each special character.
fn read_until<'a>(text: &'a str, ends: &[char], special: &[char]) -> (String, &'a str) {
    let is_end = |(index, c): &(usize, char)| ends.contains(c) && !text[..*index].ends_with('\\');
    let end = text.char_indices().find(is_end).map_or(text.len(), |(index, _)| index);
    let mut read = text[..end].to_owned();
    for c in special {
        read = read.replace(&format!("\\{c}"), &c.to_string());
    }
    (read, &text[end..])
}
