//! Requests to the APIs of InfluxDB 1.x and 2.x.

use std::time::Duration;

use push_metrics::{Destination, Registry, Reporter, ReporterBuilder};
use testkit::influx::{Influx, Point, Received, Reply};

use crate::support::{INTERVAL, NEVER, RunningReporter, TEST_TIMEOUT};

/// The requests of a single push, made when the reporter stops.
async fn one_push(influx: &Influx, registry: &Registry, builder: ReporterBuilder) -> Vec<Received> {
    let reporter = builder.interval(NEVER).build(registry).expect("valid settings");
    RunningReporter::start(reporter, TEST_TIMEOUT).stop().await;
    influx.requests()
}

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("count_request").expect("valid name").add(3);
    registry.timer("response_time").expect("valid name").update(Duration::from_millis(5));
    registry
}

#[tokio::test]
async fn v1_sends_one_compressed_batch_per_push() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url("/"), "my metric").expect("valid address");
    let builder = Reporter::builder(destination).tag("service", "hello").tag("host", "a, b");
    let requests = one_push(&influx, &registry(), builder).await;
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/write", "db=my+metric"));
    assert_eq!(request.headers["content-encoding"], "gzip");
    assert!(!request.headers.contains_key("authorization"));
    let [count, timer] = request.lines.as_slice() else { panic!("{request:?}") };
    let [count, timer] = [count, timer].map(|line| Point::parse(&line.replace("\\ ", "_")));
    assert_eq!(
        (&*count.series, count.field("value")),
        ("count_request.count,host=a\\,_b,service=hello", "3i")
    );
    assert_eq!(
        (&*timer.series, timer.field("count")),
        ("response_time.timer,host=a\\,_b,service=hello", "1i")
    );
    assert_eq!(count.timestamp, timer.timestamp);
}

#[tokio::test]
async fn v1_sends_credentials_and_uncompressed_batches() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url("/influx"), "metric").expect("valid address");
    let builder = Reporter::builder(destination.user("me", "pass")).gzip(false);
    let requests = one_push(&influx, &registry(), builder).await;
    assert_eq!(requests[0].path, "/influx/write");
    // base64 of me:pass
    assert_eq!(requests[0].headers["authorization"], "Basic bWU6cGFzcw==");
    assert!(!requests[0].headers.contains_key("content-encoding"));
    assert_eq!(requests[0].lines.len(), 2);
}

#[tokio::test]
async fn v2_sends_organization_bucket_and_token() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let destination = Destination::v2(&server.url(""), "my org", "b&c", "secret").expect("valid address");
    let requests = one_push(&influx, &registry(), Reporter::builder(destination)).await;
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.path, "/api/v2/write");
    assert_eq!(request.query, "org=my+org&bucket=b%26c&precision=ns");
    assert_eq!(request.headers["authorization"], "Token secret");
    assert_eq!(request.lines.len(), 2);
}

#[tokio::test]
async fn creates_the_database_before_the_first_push_and_when_it_disappears() {
    let mut is_missing = true;
    let influx = Influx::new(move |request| match request.path.as_str() {
        "/query" => Reply::Accept,
        _ if request.lines[0].contains("value=2i") && std::mem::take(&mut is_missing) => {
            Reply::Reject(404, r#"{"error":"database not found: \"metric\""}"#)
        }
        _ => Reply::Accept,
    });
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url(""), "metric").expect("valid address");
    let builder = Reporter::builder(destination.create_database(Duration::from_secs(7 * 24 * 3600)));
    let registry = Registry::new();
    let counter = registry.counter("c").expect("valid name");
    counter.inc();
    let pushing =
        RunningReporter::start(builder.interval(INTERVAL).build(&registry).expect("valid settings"), NEVER);
    testkit::eventually(TEST_TIMEOUT, async || pushing.stats.written() > 0).await;
    counter.inc();
    testkit::eventually(TEST_TIMEOUT, async || {
        influx.accepted_lines().last().is_some_and(|line| line.contains("value=2i"))
    })
    .await;
    let stats = pushing.stop().await;
    let requests = influx.requests();
    assert_eq!(requests[0].query, "q=CREATE+DATABASE+%22metric%22+WITH+DURATION+604800s");
    assert_eq!(requests.iter().filter(|request| request.path == "/query").count(), 2);
    assert_eq!((stats.pushed(), stats.rejected(), stats.dropped()), (stats.written(), 0, 0));
}

#[tokio::test]
async fn writes_even_if_it_may_not_create_the_database() {
    let influx = Influx::new(|request| match request.path.as_str() {
        "/query" => Reply::Reject(403, "only an administrator may"),
        _ => Reply::Accept,
    });
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url(""), "metric").expect("valid address");
    let builder = Reporter::builder(destination.create_database(Duration::ZERO));
    let requests = one_push(&influx, &registry(), builder).await;
    assert_eq!(requests[0].query, "q=CREATE+DATABASE+%22metric%22+WITH+DURATION+INF");
    assert_eq!(influx.accepted_lines().len(), 2);
}
