//! Names and tags, written in line protocol and read back from InfluxDB.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use push_metrics::Registry;

use crate::influxdb::InfluxDb;

const CASES: u64 = 4000;

/// Mostly characters with a meaning in line protocol.
fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        ',', ' ', '=', '"', '.', '#', '\\', '\'', 'i', 'a', '\n', '\t', '\r', '\0',
    ]);
    vec(prop_oneof![6 => special, 1 => any::<char>()], 1..8).prop_map(|chars| chars.into_iter().collect())
}

/// Every point whose name and tags are accepted is read back unchanged, also if it is one of many in a request.
#[tokio::test]
#[ignore = "needs InfluxDB: INFLUXD is its path"]
async fn influxdb_reads_back_every_accepted_name_and_tag() {
    let influxdb = InfluxDb::start().await;
    influxdb.query("", "CREATE DATABASE names").await;
    let mut runner = TestRunner::deterministic();
    let strategy = (text(), btree_map(text(), text(), 0..3));
    let (mut lines, mut expected) = (String::new(), BTreeMap::new());
    for case in 1..=CASES {
        let (name, tags) = strategy.new_tree(&mut runner).expect("a value").current();
        let registry = Registry::new();
        let Ok(counter) = registry.counter(&name) else { continue };
        counter.inc();
        let Ok(line) = registry.to_line_protocol(&tags, case) else { continue };
        lines.push_str(&line);
        expected.insert(case, (format!("{name}.count"), tags));
    }
    assert!(expected.len() > 300, "only {} points were accepted", expected.len());
    assert_eq!(influxdb.write("names", lines).await, (204, String::new()));
    let mut read = BTreeMap::new();
    for series in influxdb.query("names", "SELECT * FROM /.*/ GROUP BY *").await {
        let tags = series["tags"].as_object().into_iter().flatten().filter(|(_, value)| *value != "");
        let tags: BTreeMap<_, _> =
            tags.map(|(key, value)| (key.clone(), value.as_str().expect("a string").to_owned())).collect();
        for row in series["values"].as_array().expect("rows") {
            let name = series["name"].as_str().expect("a string").to_owned();
            read.insert(row[0].as_u64().expect("a timestamp"), (name, tags.clone()));
        }
    }
    assert_eq!(read, expected);
}

/// InfluxDB takes a tag of each of these texts, and so do we.
#[tokio::test]
#[ignore = "needs InfluxDB: INFLUXD is its path"]
async fn tags_that_influxdb_takes_are_not_refused() {
    let influxdb = InfluxDb::start().await;
    influxdb.query("", "CREATE DATABASE tags").await;
    for (timestamp, text) in
        (1..).zip([r"C:\Users\x", "#1", r"\#", r"a\b", r"\,", r"\ ", r"\=", "\"", "a\tb", "é"])
    {
        let tags = BTreeMap::from([("t".to_owned(), text.to_owned())]);
        let registry = Registry::new();
        registry.counter("c").expect("valid name");
        let line = registry.to_line_protocol(&tags, timestamp).expect(text);
        assert_eq!(influxdb.write("tags", line).await, (204, String::new()));
        let series =
            influxdb.query("tags", &format!("SELECT * FROM /.*/ WHERE time = {timestamp} GROUP BY *")).await;
        assert_eq!(series[0]["tags"]["t"], text);
    }
}
