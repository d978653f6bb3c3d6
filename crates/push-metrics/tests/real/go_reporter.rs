//! Our points beside those of Go's reporter, in both of its schemas.

use std::env;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use push_metrics::{Destination, Registry, Reporter, Sample, Schema, Stats};
use testkit::eventually;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::influxdb::{Fields, InfluxDb, TEST_TIMEOUT};

/// The metrics of `go/*/main.go`.
fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("requests").expect("valid name").add(3);
    registry.integer_gauge("threads").expect("valid name").set(7);
    registry.gauge("load =1,").expect("valid name").set(1.5);
    registry.meter("bytes").expect("valid name").mark(4096);
    let uniform = registry.histogram("sizes", Sample::Uniform { size: 1028 }).expect("valid name");
    let decaying = registry.histogram("ages", Sample::default()).expect("valid name");
    let timer = registry.timer("response_time").expect("valid name");
    for value in 1..=100 {
        uniform.update(value * value);
        decaying.update(-value);
        timer.update(Duration::from_millis(value.unsigned_abs()));
    }
    registry
}

/// Pushes our metrics once.
async fn push_ours(influxdb: &InfluxDb, database: &str, schema: Schema) -> std::sync::Arc<Stats> {
    let destination = Destination::v1(&influxdb.url, database).expect("valid address");
    let reporter = Reporter::builder(destination.create_database(Duration::ZERO))
        .tag("host", "a b")
        .tag("path", r"C:\x,y=z")
        .tag("bucket", "own")
        .interval(Duration::from_millis(200))
        .align(true)
        .schema(schema)
        .build(&registry())
        .expect("valid settings");
    let stats = reporter.stats();
    let stop = CancellationToken::new();
    stop.cancel();
    reporter.run(stop.cancelled(), TEST_TIMEOUT).await;
    stats
}

/// Builds the program in `go/VERSION` and runs it until its points arrive.
async fn push_theirs(influxdb: &InfluxDb, version: &str, arguments: &[&str]) {
    let go = env::var("GO").expect("GO is the path of the go command");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/go").join(version);
    let output = tempfile::tempdir().expect("a folder");
    let program = output.path().join("reporter");
    let built =
        Command::new(go).current_dir(folder).args(["build", "-o"]).arg(&program).arg(".").output().await;
    let built = built.expect("go runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    influxdb.query("", &format!("CREATE DATABASE \"{}\"", arguments[0])).await;
    let mut command = testkit::command(program.to_str().expect("UTF-8"), &[]);
    command.arg(&influxdb.url).args(arguments).stderr(Stdio::inherit());
    let _process = command.spawn().expect("the program starts");
    eventually(TEST_TIMEOUT, async || !influxdb.newest(arguments[0]).await.is_empty()).await;
}

/// A value that depends on the time at which it is read, or that the timer estimates.
fn is_exact((_, tags, field): &(String, std::collections::BTreeMap<String, String>, String)) -> bool {
    let statistic = tags.get("bucket").filter(|bucket| *bucket != "own").unwrap_or(field);
    !["m1", "m5", "m15", "mean", "meanrate"].contains(&statistic.as_str())
}

/// Asserts that both databases have the same measurements, tags, fields and types, and the same values.
async fn assert_equal_points(influxdb: &InfluxDb, theirs: &str, ours: &str) {
    assert_eq!(influxdb.field_types(ours).await, influxdb.field_types(theirs).await);
    let (ours, theirs) = (influxdb.newest(ours).await, influxdb.newest(theirs).await);
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    assert_values(&ours, &theirs);
}

fn assert_values(ours: &Fields, theirs: &Fields) {
    for ((key, ours), theirs) in ours.iter().zip(theirs.values()) {
        let [ours, theirs] = [ours, theirs].map(|value| value.as_f64().expect("a number"));
        let is_timer = key.0.ends_with(".timer") || key.2.ends_with(".timer");
        if is_timer && is_exact(key) {
            // Our timer estimates quantiles, with an error of at most 0.79 %.
            assert!((ours - theirs).abs() <= theirs.abs() * 0.05, "{key:?}: {ours}, Go {theirs}");
        } else if is_exact(key) || key.0.ends_with(".histogram") || key.2.ends_with(".histogram") {
            assert!((ours - theirs).abs() <= theirs.abs() * 1e-12, "{key:?}: {ours}, Go {theirs}");
        }
    }
}

#[tokio::test]
#[ignore = "needs InfluxDB and Go: INFLUXD and GO are their paths"]
async fn the_default_schema_is_that_of_the_reporter_before_v0_1_0() {
    let influxdb = InfluxDb::start().await;
    push_theirs(&influxdb, "before-v0.1.0", &["theirs"]).await;
    push_ours(&influxdb, "ours", Schema::default()).await;
    assert_equal_points(&influxdb, "theirs", "ours").await;
    // A database with points of both.
    let stats = push_ours(&influxdb, "theirs", Schema::default()).await;
    assert_eq!((stats.written(), stats.rejected()), (7, 0));
}

#[tokio::test]
#[ignore = "needs InfluxDB and Go: INFLUXD and GO are their paths"]
async fn the_other_schema_is_that_of_the_reporter_v0_1_1() {
    let influxdb = InfluxDb::start().await;
    let schema = || Schema::FieldPerMetric { measurement: "my app".to_owned() };
    push_theirs(&influxdb, "v0.1.1", &["theirs", "my app"]).await;
    push_ours(&influxdb, "ours", schema()).await;
    assert_equal_points(&influxdb, "theirs", "ours").await;
    let stats = push_ours(&influxdb, "theirs", schema()).await;
    assert_eq!((stats.written(), stats.rejected()), (48, 0));
    // Go's reporter aligns timestamps in the same way.
    for series in influxdb.query("theirs", "SELECT * FROM /.*/").await {
        for row in series["values"].as_array().expect("rows") {
            assert_eq!(row[0].as_u64().expect("a timestamp") % 200_000_000, 0, "{row}");
        }
    }
}
