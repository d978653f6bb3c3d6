//! Hostile requests, stalled clients, and streams that are idle for long.

use std::time::Duration;

use kit::server::{HttpSettings, Timeouts};
use prometheus::Registry;
use testkit::eventually;
use testkit::hostile::{
    assert_closes_stalled_connections, assert_refuses_hostile_requests, assert_serves_healthz,
};
use tokio_stream::StreamExt;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::support::{LONG_GRACE, channel, raw, start, start_on};

const SHORT: Duration = Duration::from_millis(200);

fn short_timeouts() -> HttpSettings {
    let timeouts = Timeouts { header: SHORT, body: SHORT, idle: SHORT, write: SHORT };
    HttpSettings { timeouts, ..HttpSettings::default() }
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let server = start().await;
    assert_refuses_hostile_requests(server.addr()).await;
    assert_serves_healthz(server.addr()).await;
}

#[tokio::test]
async fn stalled_connections_are_closed_but_an_idle_stream_stays_open() {
    let server = start_on(LONG_GRACE, Registry::new(), short_timeouts()).await;
    let mut health = HealthClient::new(channel(&server).await);
    let watch = HealthCheckRequest { service: "proto.EchoService".into() };
    let mut statuses = health.watch(watch).await.expect("a stream").into_inner();
    statuses.next().await.expect("a status").expect("no error");
    // A call whose client has sent no message yet.
    let mut call = raw::call(server.addr()).await;
    assert_closes_stalled_connections(server.addr()).await;
    call.send(raw::HI).await;
    let (message, trailers) = call.finish().await;
    assert_eq!(
        (&message[..], trailers["grpc-status"].as_bytes()),
        (&b"\0\0\0\0\x09\x0a\x07echo hi"[..], &b"0"[..])
    );
    server.stop().await.expect("no error");
    let last = statuses.next().await.expect("the watch is open until the shutdown").expect("no error");
    assert_eq!(last.status, 2, "NOT_SERVING");
}

#[tokio::test]
async fn a_message_that_stops_ends_its_call() {
    let server = start_on(LONG_GRACE, Registry::new(), short_timeouts()).await;
    let mut call = raw::call(server.addr()).await;
    call.send(&raw::HI[..6]).await;
    let response = call.response.await.expect("no panic").expect("a response");
    assert_eq!(response.headers()["grpc-status"], "4", "DEADLINE_EXCEEDED");
    let closed = async || {
        let scrape = testkit::Scrape::get(server.url("/metrics")).await;
        scrape.value("http_connections_closed_total", &[("reason", "body_timeout")])
    };
    eventually(Duration::from_secs(20), async || closed().await > 0.0).await;
}
