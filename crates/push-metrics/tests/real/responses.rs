//! InfluxDB's own responses: what is written, rejected and retried.

use std::sync::Arc;
use std::time::Duration;

use push_metrics::{Consistency, Destination, Failure, Precision, Registry, Reporter, Stats};
use tokio_util::sync::CancellationToken;

use crate::influxdb::{InfluxDb, TEST_TIMEOUT};

/// Pushes a gauge once, for at most `grace`.
async fn push(destination: Destination, value: f64, grace: Duration) -> Arc<Stats> {
    let registry = Registry::new();
    registry.gauge("g").expect("valid name").set(value);
    let interval = Duration::from_secs(1);
    let reporter =
        Reporter::builder(destination).interval(interval).build(&registry).expect("valid settings");
    let (stats, stop) = (reporter.stats(), CancellationToken::new());
    stop.cancel();
    reporter.run(stop.cancelled(), grace).await;
    stats
}

#[tokio::test]
#[ignore = "needs InfluxDB: INFLUXD is its path"]
async fn points_are_written_to_the_retention_policy_with_the_precision_and_consistency() {
    let influxdb = InfluxDb::start().await;
    let destination = Destination::v1(&influxdb.url, "metric").expect("valid address");
    let destination =
        destination.create_database(Duration::from_secs(7 * 24 * 3600)).retention_policy("a \"week\"");
    let destination = destination.precision(Precision::Seconds).consistency(Consistency::All);
    let stats = push(destination, 1.5, TEST_TIMEOUT).await;
    assert_eq!((stats.pushed(), stats.written(), stats.rejected()), (1, 1, 0));
    let policies = influxdb.query("metric", "SHOW RETENTION POLICIES").await;
    assert_eq!(policies[0]["values"][0][0], "a \"week\"");
    let points = influxdb.query("metric", "SELECT * FROM \"metric\".\"a \\\"week\\\"\".\"g.gauge\"").await;
    assert_eq!(points[0]["values"][0][1], 1.5);
    assert_eq!(points[0]["values"][0][0].as_u64().expect("a timestamp") % 1_000_000_000, 0);
}

#[tokio::test]
#[ignore = "needs InfluxDB: INFLUXD is its path"]
async fn a_conflict_of_types_is_rejected_and_a_missing_database_or_policy_is_not() {
    let influxdb = InfluxDb::start().await;
    influxdb.query("", "CREATE DATABASE metric").await;
    influxdb.write("metric", "g.gauge value=1i".to_owned()).await;
    let destination = |database| Destination::v1(&influxdb.url, database).expect("valid address");
    let stats = push(destination("metric"), 1.5, TEST_TIMEOUT).await;
    assert_eq!((stats.written(), stats.rejected(), stats.dropped()), (0, 1, 0));
    let grace = Duration::from_millis(200);
    let stats = push(destination("other"), 1.5, grace).await;
    assert_eq!((stats.rejected(), stats.dropped()), (0, 1));
    assert!(stats.failures(Failure::NotFound) > 0);
    let stats = push(destination("metric").retention_policy("other"), 1.5, grace).await;
    assert_eq!((stats.rejected(), stats.dropped()), (0, 1));
    assert!(stats.failures(Failure::Unavailable) > 0);
}
