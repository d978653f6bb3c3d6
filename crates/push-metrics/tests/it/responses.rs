//! Responses that are not InfluxDB's, and those that are.

use push_metrics::{Failure, Registry};
use testkit::eventually;
use testkit::influx::{Influx, Reply};

use crate::support::{INTERVAL, NEVER, RunningReporter, TEST_TIMEOUT, builder, timestamps};

const LOGIN_PAGE: &str = "<html>Sign in</html>";

fn registry() -> Registry {
    let registry = Registry::new();
    registry.counter("c").expect("valid name");
    registry
}

/// A proxy answers the first two writes with `reply`; then InfluxDB is reachable. Every point arrives once, in order.
async fn assert_points_are_kept(reply: Reply, failure: Failure) {
    let mut writes = 0;
    let influx = Influx::new(move |request| {
        if request.path != "/write" {
            return Reply::Respond(200, &[("content-type", "text/html")], LOGIN_PAGE);
        }
        writes += 1;
        if writes <= 2 { reply } else { Reply::Accept }
    });
    let server = influx.listen().await;
    let pushing = RunningReporter::start_default(server.addr(), &registry());
    eventually(TEST_TIMEOUT, async || pushing.stats.written() >= 3).await;
    let stats = pushing.stop().await;
    assert_eq!(stats.failures(failure), 2, "{reply:?}");
    assert_eq!((stats.pushed(), stats.rejected(), stats.dropped()), (stats.written(), 0, 0));
    assert_eq!(timestamps(&influx.points(), "c.count").len() as u64, stats.pushed());
    let paths: Vec<_> = influx.requests().into_iter().map(|request| request.path).collect();
    assert!(paths.iter().all(|path| path == "/write"), "a redirect was followed: {paths:?}");
}

#[tokio::test]
async fn points_are_kept_while_a_proxy_redirects_writes() {
    for status in [301, 302, 303, 307, 308] {
        let redirect = Reply::Respond(status, &[("location", "/login?next=write")], "");
        assert_points_are_kept(redirect, Failure::Redirect).await;
    }
}

#[tokio::test]
async fn points_are_kept_while_a_proxy_answers_with_a_page_of_its_own() {
    for status in [200, 201, 202, 400, 405, 422, 451] {
        let page = Reply::Respond(status, &[("content-type", "text/html")], LOGIN_PAGE);
        assert_points_are_kept(page, Failure::Unexpected).await;
    }
}

#[tokio::test]
async fn points_are_kept_while_influxdb_refuses_the_request() {
    let body = r#"{"error":"unable to parse authentication credentials"}"#;
    assert_points_are_kept(
        Reply::Respond(401, &[("x-influxdb-version", "1.8.10")], body),
        Failure::Unauthorized,
    )
    .await;
    let retry = Reply::Respond(429, &[("retry-after", "0")], "");
    assert_points_are_kept(retry, Failure::Unavailable).await;
}

#[tokio::test]
async fn a_client_that_follows_redirects_does_not_turn_a_page_into_a_success() {
    let mut is_login = true;
    let influx = Influx::new(move |request| match request.path.as_str() {
        "/login" => Reply::Respond(204, &[("x-influxdb-version", "1.8.10")], ""),
        _ if std::mem::take(&mut is_login) => Reply::Respond(302, &[("location", "/login")], ""),
        _ => Reply::Accept,
    });
    let server = influx.listen().await;
    let builder = builder(server.addr()).interval(INTERVAL).http_client(reqwest::Client::new());
    let pushing = RunningReporter::start(builder.build(&registry()).expect("valid settings"), NEVER);
    eventually(TEST_TIMEOUT, async || pushing.stats.written() > 0).await;
    let stats = pushing.stop().await;
    assert_eq!(stats.failures(Failure::Redirect), 1);
    assert_eq!(timestamps(&influx.points(), "c.count").len() as u64, stats.pushed());
}

#[tokio::test]
async fn status_200_with_the_headers_of_influxdb_is_a_success() {
    for header in ["x-influxdb-version", "x-influxdb-build"] {
        let headers: &'static [_] = vec![(header, "1.8.10")].leak();
        let influx = Influx::new(move |_| Reply::Respond(200, headers, ""));
        let server = influx.listen().await;
        let reporter = builder(server.addr()).interval(NEVER).build(&registry()).expect("valid settings");
        let stats = RunningReporter::start(reporter, TEST_TIMEOUT).stop().await;
        assert_eq!((stats.pushed(), stats.written()), (1, 1));
    }
}
