//! What InfluxDB's two APIs get to see.

use std::time::Duration;

use push_metrics::{Builder, Destination, Registry, Reporter};

use testkit::influx::{Influx, Point, Received, Reply};

use crate::support::{LONG, PATIENCE, Pushing, SHORT};

/// The requests of one push, the last.
async fn one_push(influx: &Influx, registry: &Registry, builder: Builder) -> Vec<Received> {
    let reporter = builder.interval(LONG).build(registry).expect("a reporter");
    Pushing::start(reporter, PATIENCE).stop().await;
    influx.requests()
}

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("count_request").expect("a name").add(3);
    registry.timer("response_time").expect("a name").update(Duration::from_millis(5));
    registry
}

#[tokio::test]
async fn version_1_gets_one_compressed_batch_a_push() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url("/"), "my metric").expect("an address");
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
async fn a_user_of_version_1_is_said_and_compression_can_be_off() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url("/influx"), "metric").expect("an address");
    let builder = Reporter::builder(destination.user("me", "pass")).gzip(false);
    let requests = one_push(&influx, &registry(), builder).await;
    assert_eq!(requests[0].path, "/influx/write");
    // base64 of me:pass
    assert_eq!(requests[0].headers["authorization"], "Basic bWU6cGFzcw==");
    assert!(!requests[0].headers.contains_key("content-encoding"));
    assert_eq!(requests[0].lines.len(), 2);
}

#[tokio::test]
async fn version_2_gets_organization_bucket_and_token() {
    let influx = Influx::healthy();
    let server = influx.listen().await;
    let destination = Destination::v2(&server.url(""), "my org", "b&c", "secret").expect("an address");
    let requests = one_push(&influx, &registry(), Reporter::builder(destination)).await;
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.path, "/api/v2/write");
    assert_eq!(request.query, "org=my+org&bucket=b%26c&precision=ns");
    assert_eq!(request.headers["authorization"], "Token secret");
    assert_eq!(request.lines.len(), 2);
}

#[tokio::test]
async fn the_database_is_made_before_the_first_points_and_again_when_it_is_gone() {
    let mut gone = true;
    let influx = Influx::new(move |request| match request.path.as_str() {
        "/query" => Reply::Accept,
        _ if request.lines[0].contains("value=2i") && std::mem::take(&mut gone) => {
            Reply::Reject(404, r#"{"error":"database not found: \"metric\""}"#)
        }
        _ => Reply::Accept,
    });
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url(""), "metric").expect("an address");
    let builder = Reporter::builder(destination.create_database(Duration::from_secs(7 * 24 * 3600)));
    let registry = Registry::new();
    let counter = registry.counter("c").expect("a name");
    counter.inc();
    let pushing = Pushing::start(builder.interval(SHORT).build(&registry).expect("a reporter"), LONG);
    testkit::eventually(PATIENCE, async || pushing.stats.written() > 0).await;
    counter.inc();
    testkit::eventually(PATIENCE, async || {
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
async fn a_database_that_may_not_be_made_is_written_to() {
    let influx = Influx::new(|request| match request.path.as_str() {
        "/query" => Reply::Reject(403, "only an administrator may"),
        _ => Reply::Accept,
    });
    let server = influx.listen().await;
    let destination = Destination::v1(&server.url(""), "metric").expect("an address");
    let builder = Reporter::builder(destination.create_database(Duration::ZERO));
    let requests = one_push(&influx, &registry(), builder).await;
    assert_eq!(requests[0].query, "q=CREATE+DATABASE+%22metric%22+WITH+DURATION+INF");
    assert_eq!(influx.accepted_lines().len(), 2);
}
