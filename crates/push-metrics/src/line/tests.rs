use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::registry::Registry;

/// A point as InfluxDB parses it.
#[derive(Debug, PartialEq)]
struct Point {
    measurement: String,
    tags: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
    timestamp: u64,
}

/// Splits at the first of `ends` that does not follow a backslash, as InfluxDB does. In the first part, a backslash before
/// one of `ends` or a space is removed.
fn token<'a>(line: &'a str, ends: &[char], special: &[char]) -> (String, &'a str) {
    let is_end = |(at, c): &(usize, char)| ends.contains(c) && !line[..*at].ends_with('\\');
    let end = line.char_indices().find(is_end).map_or(line.len(), |(at, _)| at);
    let mut token = line[..end].to_owned();
    for c in special {
        token = token.replace(&format!("\\{c}"), &c.to_string());
    }
    (token, &line[end..])
}

fn parse(line: &str) -> Point {
    let (measurement, mut rest) = token(line, &[',', ' '], &[',', ' ']);
    let mut tags = BTreeMap::new();
    while let Some(tag) = rest.strip_prefix(',') {
        let (key, value) = token(tag, &['='], &[',', ' ', '=']);
        let (value, after) =
            token(value.strip_prefix('=').expect("a tag has a value"), &[',', ' '], &[',', ' ', '=']);
        assert!(tags.insert(key, value).is_none(), "duplicate tag: {line}");
        rest = after;
    }
    let (fields, timestamp) = rest.strip_prefix(' ').expect("fields").split_once(' ').expect("timestamp");
    let fields = fields.split(',').map(|field| field.split_once('=').expect("a field has a value"));
    Point {
        measurement,
        tags,
        fields: fields.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        timestamp: timestamp.parse().expect("a number"),
    }
}

fn write_one(tags: &Tags, write: impl FnOnce(&mut Writer<'_>)) -> Point {
    let mut writer = Writer::new(&Schema::MeasurementPerMetric, tags, 1_500_000_000_000_000_001);
    write(&mut writer);
    let (text, points) = writer.finish();
    assert_eq!((points, text.lines().count(), text.ends_with('\n')), (1, 1, true), "{text:?}");
    parse(text.trim_end_matches('\n'))
}

fn text() -> impl Strategy<Value = String> {
    // Mostly characters with a meaning in line protocol.
    let special = prop::sample::select(vec![',', ' ', '=', '"', '.', '#', '\\', '\n', '\'', 'i']);
    prop::collection::vec(prop_oneof![3 => special, 1 => any::<char>()], 0..12)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn a_reader_recovers_names_and_tags(
        name in text(),
        tags in prop::collection::btree_map(text(), text(), 0..4),
        value: i64,
    ) {
        let pairs = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        match (check_name(&name), Tags::new(pairs)) {
            (Ok(()), Ok(written)) => {
                let point = write_one(&written, |writer| writer.counter(&name, value));
                prop_assert_eq!(point.measurement, format!("{name}.count"));
                prop_assert_eq!(point.tags, tags);
                prop_assert_eq!(point.fields, BTreeMap::from([("value".into(), format!("{value}i"))]));
                prop_assert_eq!(point.timestamp, 1_500_000_000_000_000_001);
            }
            (Err(_), _) => {
                let has_escape = [",", " ", "=", "\""].iter().any(|c| name.contains(&format!("\\{c}")));
                let is_invalid = name.is_empty() || name.starts_with('#') || name.contains(char::is_control);
                prop_assert!(has_escape || is_invalid, "rejected without a reason");
            }
            (_, Err(_)) => {
                let texts = tags.keys().chain(tags.values());
                let is_invalid = |text: &String| {
                    text.is_empty() || text.contains('\n') || text.ends_with('\\')
                };
                let has = |text: &str| tags.iter().any(|(key, value)| key.contains(text) || value.contains(text));
                let is_ambiguous = has("\"") && (has("\\,") || has("\\ ") || has("\\="));
                prop_assert!(texts.into_iter().any(is_invalid) || is_ambiguous, "rejected without a reason");
            }
        }
    }

    #[test]
    fn a_reader_recovers_floats_exactly(value in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
        let point = write_one(&Tags::default(), |writer| writer.gauge("g", value));
        let read: f64 = point.fields["value"].parse().expect("a number");
        prop_assert_eq!(read.to_bits(), value.to_bits());
    }
}

#[test]
fn a_timer_has_the_fields_of_the_go_reporter() {
    let registry = Registry::new();
    let timer = registry.timer("response_time").expect("a name");
    [10, 20, 30, 40].into_iter().for_each(|nanos| timer.update(Duration::from_nanos(nanos)));
    let reading = timer.read(Instant::now());
    let point = write_one(&Tags::default(), |writer| writer.timer("response_time", &reading));
    assert_eq!(point.measurement, "response_time.timer");
    let mut names: Vec<_> = point.fields.keys().map(String::as_str).collect();
    names.sort_by_key(|name| FIELDS.iter().position(|field| field == name));
    assert_eq!(names, FIELDS);
    let expected = [
        ("count", "4i"),
        ("min", "10i"),
        ("max", "40i"),
        ("mean", "25.0"),
        ("variance", "125.0"),
        ("p50", "20.0"),
        ("p75", "30.0"),
        ("p9999", "40.0"),
        ("m1", "0.0"),
    ];
    for (field, value) in expected {
        assert_eq!(point.fields[field], value, "{field}");
    }
}

const FIELDS: [&str; 16] = [
    "count", "max", "mean", "min", "stddev", "variance", "p50", "p75", "p95", "p99", "p999", "p9999", "m1",
    "m5", "m15", "meanrate",
];

#[test]
fn an_empty_timer_has_zeros() {
    let reading = Registry::new().timer("t").expect("a name").read(Instant::now());
    let point = write_one(&Tags::default(), |writer| writer.timer("t", &reading));
    assert!(point.fields.values().all(|value| value == "0i" || value == "0.0"), "{point:?}");
}

#[test]
fn a_meter_has_count_and_rates() {
    let rates = Rates { count: 7, m1: 0.5, m5: 0.25, m15: 1e-9, mean: 3.0 };
    let point = write_one(&Tags::default(), |writer| writer.meter("m", &rates));
    let expected = [("count", "7i"), ("m1", "0.5"), ("m5", "0.25"), ("m15", "1e-9"), ("mean", "3.0")];
    assert_eq!(point.fields, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
}

#[test]
fn a_gauge_that_is_not_finite_has_no_point() {
    let tags = Tags::default();
    let mut writer = Writer::new(&Schema::MeasurementPerMetric, &tags, 0);
    [f64::NAN, f64::INFINITY].into_iter().for_each(|value| writer.gauge("g", value));
    assert_eq!(writer.finish(), (String::new(), 0));
}

#[test]
fn tags_are_sorted_and_cannot_be_named_time() {
    let tags = Tags::new([("service", "s"), ("host", "a b")]).expect("valid tags");
    assert_eq!(tags.all, ",host=a\\ b,service=s");
    let error = Tags::new([("time", "1")]).expect_err("reserved");
    assert_eq!(error.to_string(), "got \"time\", expected a tag other than the timestamp");
}

#[test]
fn tags_may_contain_what_influxdb_reads_back() {
    let accepted = ["a\\b", "#1", "a,b c=d", "\"", "C:\\x", "\\ ", "a\\,b", "\t", "é", "\\\\x"];
    for text in accepted {
        Tags::new([("k", text)]).expect(text);
        Tags::new([(text, "v")]).expect(text);
    }
    for text in ["", "a\nb", "\n", "\\", "a\\", "a\\\\"] {
        assert!(Tags::new([("k", text)]).is_err() && Tags::new([(text, "v")]).is_err(), "{text:?}");
    }
    Tags::new([("k", "a\\=b"), ("l", "\"")]).expect_err("InfluxDB finds no end of the line");
}

#[test]
fn a_name_may_end_with_a_backslash_and_a_measurement_may_not() {
    let point = write_one(&Tags::default(), |writer| writer.counter("a\\", 1));
    assert_eq!(point.measurement, "a\\.count");
    check_name("a\\").expect("followed by a period");
    check_measurement("a\\").expect_err("followed by a comma or space");
    for name in ["", "#a", "a\nb", "a\\,b", "a\\\"", "\t"] {
        assert!(check_name(name).is_err() && check_measurement(name).is_err(), "{name:?}");
    }
}

mod field_per_metric {
    use super::*;
    use crate::histogram::{Histogram, Sample};

    fn lines(tags: &[(&str, &str)], write: impl FnOnce(&mut Writer<'_>)) -> Vec<String> {
        let (schema, tags) = (
            Schema::FieldPerMetric { measurement: "my app".to_owned() },
            Tags::new(tags.iter().copied()).expect("valid"),
        );
        let mut writer = Writer::new(&schema, &tags, 7);
        write(&mut writer);
        writer.finish().0.lines().map(str::to_owned).collect()
    }

    #[test]
    fn counters_and_gauges_are_fields_of_one_measurement() {
        let lines = lines(&[("host", "a"), ("bucket", "mine")], |writer| {
            writer.counter("a =", 3);
            writer.gauge("g", 1.0);
            writer.gauge("g", f64::NAN);
            writer.integer_gauge("i", -2);
        });
        let expected = [r"a\ \=.count=3i", "g.gauge=1.0", "i.gauge=-2i"];
        assert_eq!(lines, expected.map(|field| format!(r"my\ app,bucket=mine,host=a {field} 7")));
    }

    #[test]
    fn statistics_are_floats_that_differ_by_the_tag_bucket() {
        let histogram = Histogram::new(Sample::default());
        [1, 2, 3].into_iter().for_each(|value| histogram.update(value));
        let lines =
            lines(&[("host", "a"), ("bucket", "mine")], |writer| writer.histogram("h", &histogram.read()));
        assert_eq!(lines.len(), 12);
        for expected in ["count h.histogram=3.0", "max h.histogram=3.0", "p50 h.histogram=2.0"] {
            let line = format!(r"my\ app,host=a,bucket={expected} 7");
            assert!(lines.contains(&line), "{line} is not in {lines:?}");
        }
    }

    #[test]
    fn timers_and_meters_have_the_same_statistics_as_in_the_default_schema() {
        let rates = Rates { count: 7, m1: 0.5, m5: 0.25, m15: 1e-9, mean: 3.0 };
        let meter = lines(&[], |writer| writer.meter("m", &rates));
        let expected = [
            "count m.meter=7.0",
            "m1 m.meter=0.5",
            "m5 m.meter=0.25",
            "m15 m.meter=1e-9",
            "mean m.meter=3.0",
        ];
        assert_eq!(meter, expected.map(|point| format!(r"my\ app,bucket={point} 7")));
        let reading = Registry::new().timer("t").expect("a name").read(Instant::now());
        let timer = lines(&[], |writer| writer.timer("t", &reading));
        assert_eq!(timer, FIELDS.map(|field| format!(r"my\ app,bucket={field} t.timer=0.0 7")));
    }
}
