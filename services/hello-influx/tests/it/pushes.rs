//! The points that InfluxDB receives.

use testkit::eventually;
use testkit::influx::{Influx, Point, Reply};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{TIMEOUT, get, start};

const TAGS: &str = ",host=here,service=hello-influx";

/// The newest point of a measurement.
fn newest(influx: &Influx, measurement: &str) -> Point {
    let series = format!("{measurement}{TAGS}");
    let points = influx.points().into_iter().filter(|point| point.series == series);
    points.max_by_key(|point| point.timestamp).expect("a point")
}

#[tokio::test]
async fn counts_and_times_each_request_up_to_the_last_push() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let server = start(&database.url("")).await;
    for path in ["/", "/", "/slow?ms=200", "/slow?ms=no", "/healthz", "/nope"] {
        get(&server, path).await;
    }
    server.stop().await.expect("no error");
    assert_eq!(newest(&influx, "count_request.count").field("value"), "4i");
    let time = newest(&influx, "response_time.timer");
    assert_eq!(time.field("count"), "4i");
    let max: i64 = time.field("max").trim_end_matches('i').parse().expect("an integer");
    assert!(max >= 200_000_000, "{max} ns");
}

#[tokio::test]
async fn times_a_request_until_its_client_disconnects() {
    let influx = Influx::healthy();
    let database = influx.listen().await;
    let server = start(&database.url("")).await;
    let mut client = TcpStream::connect(server.addr()).await.expect("a connection");
    client.write_all(b"GET /slow?ms=5000 HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("a request");
    let counted = |value: &'static str| {
        let influx = influx.clone();
        async move || influx.points().iter().any(|point| point.get("value") == Some(value))
    };
    eventually(TIMEOUT, counted("1i")).await;
    drop(client);
    server.stop().await.expect("no error");
    assert_eq!(newest(&influx, "response_time.timer").field("count"), "1i");
}

#[tokio::test]
async fn creates_the_database_before_the_first_push_even_if_influxdb_starts_late() {
    let influx = Influx::healthy();
    let free = testkit::listener().await;
    let address = free.local_addr().expect("bound");
    drop(free);
    let server = start(&format!("http://{address}")).await;
    get(&server, "/").await;
    let _database = influx.listen_at(address).await;
    server.stop().await.expect("no error");
    let requests = influx.requests();
    assert_eq!(requests[0].path, "/query");
    assert_eq!(requests[0].query, "q=CREATE+DATABASE+%22metric%22+WITH+DURATION+604800s");
    assert_eq!((requests[1].path.as_str(), requests[1].query.as_str()), ("/write", "db=metric"));
    assert_eq!(newest(&influx, "count_request.count").field("value"), "1i");
}

#[tokio::test]
async fn a_hanging_influxdb_does_not_delay_responses() {
    let influx = Influx::new(|_| Reply::Hang);
    let database = influx.listen().await;
    let server = start(&database.url("")).await;
    eventually(TIMEOUT, async || !influx.requests().is_empty()).await;
    assert_eq!(get(&server, "/").await.2, "Hello World!");
    assert!(influx.accepted_lines().is_empty());
}
